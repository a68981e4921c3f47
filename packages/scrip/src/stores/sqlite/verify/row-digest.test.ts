import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { highOf, lowOf, slotAndName } from '../segments/usage-amount.ts';
import { addSums, addUsed, isSameSum, noSum } from './row-digest.ts';

it('what was used comes to the same sum entry by entry and as one row, however many they are', () => {
  const calls = 3_999_999;
  for (const second of [1, 2, 3]) {
    const [one, many] = [noSum(), noSum()];
    addUsed(one, { first: 77, second, high: 0, low: 6 * calls, calls });
    for (let call = 0; call < calls; call += 1)
      addUsed(many, { first: 77, second, high: 0, low: 6, calls: 1 });
    expect(isSameSum(one, many, 'usage')).toBe(true);
  }
});

/** What rows of an account come to; each of a slot, an amount and a number of calls. */
function sumOf(rows: readonly (readonly [slot: number, micros: bigint, calls: number])[]) {
  const sums = noSum();
  for (const [slot, micros, calls] of rows)
    addUsed(sums, { first: 77, second: slot, high: highOf(micros), low: lowOf(micros), calls });
  return sums;
}

it('amounts of any size come to the same, given back or not, alone or together, in threads of their own', () => {
  const amount = fc.tuple(fc.constant(9), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.integer());
  fc.assert(
    fc.property(fc.array(amount), fc.nat(), (rows, at) => {
      const micros = rows.reduce((sum, [, one]) => sum + one, 0n);
      const calls = rows.reduce((sum, [, , one]) => sum + one, 0);
      const together = sumOf([[9, micros, calls]]);
      expect(isSameSum(sumOf(rows), together, 'usage')).toBe(true);
      const parts = addSums(sumOf(rows.slice(0, at)), sumOf(rows.slice(at)), 'usage');
      expect(isSameSum(parts, together, 'usage')).toBe(true);
    }),
  );
});

it('one row of another amount or number of calls comes to another sum, whatever it is', () => {
  const right = sumOf([[9, 5n, 3]]);
  const wrong = fc.tuple(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.maxSafeInteger());
  const primes = [67_108_859n, 67_108_837n, 67_108_859n * 67_108_837n, 2_147_483_647n, 2n ** 53n];
  fc.assert(
    fc.property(wrong, ([micros, calls]) => {
      fc.pre(micros !== 5n || calls !== 3);
      expect(isSameSum(right, sumOf([[9, micros, calls]]), 'usage')).toBe(false);
    }),
    {
      examples: [
        ...primes.map((prime): [[bigint, number]] => [[prime + 5n, 3]]),
        [[5n + 7919n, 2]],
        [[5n, 3 + 67_108_859 * 67_108_837]],
      ],
    },
  );
});

it('a row in another slot comes to another sum', () => {
  const slots = Array.from({ length: 50_000 }, (_, slot) => slotAndName(slot, 1));
  const seen = new Set(slots.map((slot) => JSON.stringify(sumOf([[slot, 1n, 1]]))));
  expect(seen.size).toBe(slots.length);
});
