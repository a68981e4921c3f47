import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatInstant, parseInstant } from './instant.ts';

it('an instant is written in UTC with whole seconds', () => {
  expect(formatInstant(1_739_102_400_999)).toBe('2025-02-09T12:00:00Z');
});

it('an instant is written as a Date writes it, less its milliseconds, whatever was written before', () => {
  const day = fc.integer({ min: -3, max: 3 }).map((days) => days * 86_400_000);
  const instant = fc.oneof(fc.date({ noInvalidDate: true }).map(Number), day);
  fc.assert(
    fc.property(fc.array(fc.tuple(instant, fc.integer({ min: -1, max: 86_400_000 }))), (instants) => {
      for (const [from, later] of instants) {
        const epochMs = Math.min(from + later, 8.64e15 - 1);
        expect(formatInstant(epochMs)).toBe(new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, 'Z'));
      }
    }),
  );
});

it.each([Number.NaN, Infinity, 8.7e15])('there is no instant of %d', (epochMs) => {
  expect(() => formatInstant(epochMs)).toThrow(RangeError);
});

it.each([
  '2025-02-09T12:00:00Z',
  '2025-02-09T12:00:00.000Z',
  '2025-02-09t13:00:00+01:00',
  '2025-02-09 12:00:00Z',
])('an instant is read from %s', (text) => {
  expect(parseInstant(text)).toBe(1_739_102_400_000);
});

it.each(['', '2025-02-09', '2025-02-09T12:00:00', 'yesterday', '2025-13-09T12:00:00Z'])(
  '%j is no instant',
  (text) => {
    expect(parseInstant(text)).toBeNull();
  },
);
