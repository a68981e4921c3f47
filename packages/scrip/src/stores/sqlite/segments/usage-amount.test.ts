import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HIGH_UNIT, highOf, joinMicros, lowOf, sumEqualUsage } from './usage-amount.ts';

/** Any amount, and more often those at the edges of units and of what a number holds exactly. */
const amounts = fc.oneof(
  fc.bigInt(-(2n ** 63n), 2n ** 63n),
  fc
    .tuple(fc.integer({ min: -9010, max: 9010 }), fc.bigInt(-2n, 2n))
    .map(([units, more]) => BigInt(units) * BigInt(HIGH_UNIT) + more),
  fc.bigInt(-3n, 3n).map((more) => 2n ** 53n + more),
);

describe('an amount of usage', () => {
  it('is two exact numbers, the lower one within a unit', () => {
    fc.assert(
      fc.property(amounts, (micros) => {
        const [high, low] = [highOf(micros), lowOf(micros)];
        expect(joinMicros(high, low)).toBe(micros);
        expect(low >= 0 && low < HIGH_UNIT).toBe(true);
      }),
    );
  });

  it('sums up with others of its row, and stays in order', () => {
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 1 }), (micros) => {
        const rows = Float64Array.from(micros.flatMap((one) => [7, 8, highOf(one), lowOf(one), 1]));
        const [account, key, high = 0, low = 0, calls] = sumEqualUsage(rows);
        expect([account, key, calls]).toEqual([7, 8, micros.length]);
        expect(joinMicros(high, low)).toBe(micros.reduce((sum, one) => sum + one, 0n));
        expect(low >= 0 && low < HIGH_UNIT).toBe(true);
      }),
      // The lower numbers come to just a unit.
      { examples: [[[1n, BigInt(HIGH_UNIT) - 1n]]] },
    );
  });
});
