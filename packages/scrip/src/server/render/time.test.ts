import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTime } from './time.ts';

const DAY_MS = 86_400_000;
/** No `Date` lies further from 1970. */
const LAST_MS = 8.64e15;

describe('a time', () => {
  it('is what a Date makes of it, whichever came before', () => {
    const instants = fc.oneof(
      fc.integer({ min: -LAST_MS, max: LAST_MS }),
      fc.integer({ min: 20_000 * DAY_MS, max: 20_002 * DAY_MS }),
      fc.integer({ min: 0, max: 99_999 }).map((days) => days * DAY_MS - (days % 3)),
    );
    fc.assert(
      fc.property(fc.array(instants), (times) => {
        for (const atMs of times) expect(formatTime(atMs)).toBe(new Date(atMs).toISOString());
      }),
    );
  });

  it.each([LAST_MS + DAY_MS, Number.NaN])('of %d is none', (atMs) => {
    expect(() => formatTime(atMs)).toThrow(RangeError);
  });
});
