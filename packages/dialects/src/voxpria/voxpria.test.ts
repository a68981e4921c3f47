import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { divideHalfUp } from '../decimal.ts';
import { decodeBalance, decodeUsage } from './decode.ts';
import { encodeCredits, encodeUsage } from './encode.ts';

const amount = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

it('a Voxpria balance is what was encoded', () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: 0, max: 4_000_000_000 }), (balanceMicros, seconds) => {
      const lastUpdatedMs = seconds * 1000;
      expect(decodeBalance(encodeCredits({ balanceMicros, lastUpdatedMs }))).toEqual({
        ok: true,
        balance: {
          pools: [{ pool: 'credits', unit: 'credits', availableMicros: balanceMicros }],
          lastUpdatedMs,
        },
      });
    }),
  );
});

it('Voxpria usage is what was encoded: newest day first, empty days left out, the total the sum of the days shown', () => {
  const date = fc
    .integer({ min: 0, max: 20_000 })
    .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
  const day = fc.record({
    date,
    calls: fc.nat({ max: 3 }),
    usedMicros: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 10n ** 13n })),
  });
  const days = fc.uniqueArray(day, { selector: ({ date }) => date });
  fc.assert(
    fc.property(days, fc.bigInt({ min: 0n, max: 10_000_000n }), (input, creditPriceMicros) => {
      const reading = decodeUsage(encodeUsage({ days: input, creditPriceMicros }));
      const expected = input
        .filter(({ calls, usedMicros }) => calls > 0 || usedMicros > 0n)
        .toSorted((left, right) => right.date.localeCompare(left.date))
        .map(({ date, calls, usedMicros }) => {
          const costMicros = divideHalfUp(usedMicros * creditPriceMicros, 10n ** 10n) * 10_000n;
          return { date, calls, usedMicros, costMicros };
        });
      const sum = { calls: 0, usedMicros: 0n, costMicros: 0n };
      for (const shown of expected) {
        sum.calls += shown.calls;
        sum.usedMicros += shown.usedMicros;
        sum.costMicros += shown.costMicros;
      }
      expect(reading).toEqual({ ok: true, usage: { days: expected, total: sum } });
    }),
  );
});

it('a cost is rounded half up to cents, and the total adds the rounded ones', () => {
  const days = ['2025-02-08', '2025-02-09'].map((date) => ({ date, calls: 1, usedMicros: 50_000n }));
  const { usage, total } = JSON.parse(encodeUsage({ days }).body).data;
  expect(usage.map((day: { cost: string }) => day.cost)).toEqual(['$0.01', '$0.01']);
  expect(total).toEqual({ calls: 2, creditsUsed: 0.1, cost: '$0.02' });
});

it('a cost with thousands separators is read, and one that makes no sense is unknown', () => {
  expect(readCost('$1,234.50')).toBe(1_234_500_000n);
  expect(readCost('free')).toBeNull();
});

function readCost(cost: string): unknown {
  const usage = `[{"date":"2025-02-09","calls":1,"creditsUsed":1,"cost":"${cost}"}]`;
  const body = `{"success":true,"data":{"usage":${usage}}}`;
  const reading = decodeUsage({ status: 200, headers: {}, body });
  return reading.ok ? reading.usage.days[0]?.costMicros : reading;
}
