import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRetryAfterSeconds, waitBeforeRetryMs } from './retry.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('a wait is never shorter than what was asked for, nor half a second longer', () => {
  const asked = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(asked, fc.integer({ min: 1, max: 3 }), random, (retryAfterSeconds, tries, drawn) => {
      const waitMs = waitBeforeRetryMs({ retryAfterSeconds }, { tries, random: () => drawn }) ?? 0;
      expect(waitMs).toBeGreaterThanOrEqual(retryAfterSeconds * 1000);
      expect(waitMs).toBeLessThan(retryAfterSeconds * 1000 + 500);
    }),
  );
});

it('more than a minute is not waited for', () => {
  const told = { tries: 1, random: () => 0 };
  expect(waitBeforeRetryMs({ retryAfterSeconds: 60 }, told)).toBe(60_000);
  expect(waitBeforeRetryMs({ retryAfterSeconds: 60.001 }, told)).toBeNull();
});

it('pauses double, are cut by chance and stay below eight seconds', () => {
  const pauses = (drawn: number) =>
    [1, 2, 3, 9].map((tries) =>
      waitBeforeRetryMs({ retryAfterSeconds: null }, { tries, random: () => drawn }),
    );
  expect(pauses(0)).toEqual([250, 500, 1000, 8000]);
  expect(pauses(0.5)).toEqual([187.5, 375, 750, 6000]);
});

it.each([
  ['17', 17],
  [' 2 ', 2],
  ['0', 0],
  ['1.5', 1.5],
  ['Tue, 10 Mar 2026 12:00:30 GMT', 30],
  ['Tuesday, 10-Mar-26 12:00:30 GMT', 30],
  ['Tue Mar 10 12:00:30 2026 GMT', 30],
  ['Tue Mar 10 12:00:30 2026', 30],
  ['120, 60', 120],
  ['1000000000000000', 1e15],
  ['120, soon', undefined],
  ['Tue, 10 Mar 2026 11:00:00 GMT', 0],
  ['-1', undefined],
  ['soon', undefined],
  ['Tue, soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j asks for %j seconds', (text, seconds) => {
  expect(readRetryAfterSeconds({ 'retry-after': text }, Date.parse('2026-03-10T12:00:00Z'))).toBe(seconds);
});

it('a date counts from the time at which the reply says it was sent', () => {
  const headers = { 'retry-after': 'Tue, 10 Mar 2026 12:00:30 GMT', date: 'Tue, 10 Mar 2026 12:00:20 GMT' };
  expect(readRetryAfterSeconds(headers, Date.parse('2026-03-10T08:00:00Z'))).toBe(10);
});
