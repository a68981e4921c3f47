import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CARD, priceOfOne } from '../../../../test/support/account-scenario.ts';
import { CREDIT } from '../../../../test/support/commands.ts';
import { MAX_MICROS, precisionMicros } from './credits.ts';
import type { Price } from './rate-card.ts';
import { findPoolTerms, findPrice, priceOf, quantityFor } from './rate-card.ts';

const perStartedMinute = priceOfOne('standard', 3n * CREDIT, {
  perMicros: 60n * CREDIT,
  rounding: 'started',
});

const price: fc.Arbitrary<Price> = fc
  .record({
    amountMicros: fc.bigInt({ min: 1n, max: 20n * CREDIT }),
    perMicros: fc.constantFrom(CREDIT, 60n * CREDIT, CREDIT / 4n, 7n * CREDIT),
    rounding: fc.constantFrom('started' as const, 'exact' as const),
    // Whole credits, because a rate card has no minimum that is finer than its pool.
    minimumMicros: fc.oneof(
      fc.constant(0n),
      fc.bigInt({ min: 1n, max: 5n }).map((credits) => credits * CREDIT),
    ),
  })
  .map(({ amountMicros, ...members }) => priceOfOne('standard', amountMicros, members));
const quantity = fc.bigInt({ min: 1n, max: 10_000n * CREDIT });
const decimals = fc.constantFrom(0, 2, 6);

describe('a price', () => {
  it.each([
    [1n, 3n],
    [59_999_999n, 3n],
    [60_000_000n, 3n],
    [60_000_001n, 6n],
    [61_000_000n, 6n],
    [120_000_000n, 6n],
  ])('per started minute takes %s millionths of a second as %s credits', (quantityMicros, credits) => {
    expect(priceOf(perStartedMinute, quantityMicros, 6)).toBe(credits * CREDIT);
  });

  it('of an exact action takes parts as parts', () => {
    expect(priceOf(priceOfOne('eur', 900n), 2_500_000n, 6)).toBe(2_250n);
  });

  it.each([
    [1_499_999n, 1n],
    [1_500_000n, 2n],
    [2_500_000n, 3n],
    [499_999n, 0n],
  ])('is rounded once, half up, to the pool’s precision: %s calls cost %s', (quantityMicros, credits) => {
    expect(priceOf(priceOfOne('email', CREDIT), quantityMicros, 0)).toBe(credits * CREDIT);
  });

  it('is not rounded per unit and then summed', () => {
    // Three calls at 0.4 are 1.2, which is 1; each alone would be 0.
    expect(priceOf(priceOfOne('email', 400_000n), 3n * CREDIT, 0)).toBe(CREDIT);
    const halfCredit = priceOfOne('email', CREDIT / 2n, { perMicros: 60n * CREDIT, rounding: 'started' });
    expect(priceOf(halfCredit, 61n * CREDIT, 0)).toBe(CREDIT);
  });

  it('has a least amount per debit', () => {
    const withMinimum = priceOfOne('standard', CREDIT, { minimumMicros: 5n * CREDIT });
    expect(priceOf(withMinimum, 2n * CREDIT, 6)).toBe(5n * CREDIT);
    expect(priceOf(withMinimum, 6n * CREDIT, 6)).toBe(6n * CREDIT);
  });

  it('may be nothing', () => {
    expect(priceOf(priceOfOne('standard', 0n), 1000n * CREDIT, 6)).toBe(0n);
  });

  it('may reach the limit of 64 bits, and not exceed it', () => {
    expect(priceOf(priceOfOne('standard', 1n), MAX_MICROS * CREDIT, 6)).toBe(MAX_MICROS);
    expect(priceOf(priceOfOne('standard', 1n), MAX_MICROS * CREDIT + CREDIT, 6)).toBeUndefined();
    expect(priceOf(perStartedMinute, MAX_MICROS, 6)).toBe(461_168_601_843_000_000n);
    expect(priceOf(priceOfOne('standard', MAX_MICROS), 2n * CREDIT, 6)).toBeUndefined();
  });

  it('is always an amount that the pool can hold, and never falls when the quantity grows', () => {
    fc.assert(
      fc.property(price, quantity, quantity, decimals, (price, one, more, decimals) => {
        const amount = priceOf(price, one, decimals) ?? -1n;
        expect(amount % precisionMicros(decimals)).toBe(0n);
        expect(priceOf(price, one + more, decimals)).toBeGreaterThanOrEqual(amount);
      }),
    );
  });
});

describe('how much an amount buys', () => {
  it.each([
    [20n, 360n],
    [3n, 60n],
    [2n, 0n],
  ])('%s credits buy %s seconds of an action per started minute', (credits, seconds) => {
    expect(quantityFor(perStartedMinute, credits * CREDIT)).toBe(seconds);
  });

  it('is unlimited for a free action, and nothing below the least amount of a debit', () => {
    expect(quantityFor(priceOfOne('standard', 0n), CREDIT)).toBeUndefined();
    const withMinimum = priceOfOne('standard', CREDIT, { minimumMicros: 5n * CREDIT });
    expect(quantityFor(withMinimum, 4n * CREDIT)).toBe(0n);
    expect(quantityFor(withMinimum, 5n * CREDIT)).toBe(5n);
  });

  it('can be paid from that amount', () => {
    const amount = fc.bigInt({ min: 0n, max: 1000n });
    fc.assert(
      fc.property(price, amount, decimals, (price, steps, decimals) => {
        const amountMicros = steps * precisionMicros(decimals);
        const units = quantityFor(price, amountMicros) ?? 0n;
        const paid = units === 0n ? 0n : priceOf(price, units * CREDIT, decimals);
        expect(paid).toBeLessThanOrEqual(amountMicros);
      }),
    );
  });
});

describe('a rate card', () => {
  it('finds what it has, and nothing that objects have by themselves', () => {
    expect(findPrice(CARD, 'sms')).toBe(CARD.actions['sms']);
    expect(findPoolTerms(CARD, 'email')?.decimals).toBe(0);
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', '']) {
      expect(findPrice(CARD, name)).toBeUndefined();
      expect(findPoolTerms(CARD, name)).toBeUndefined();
    }
  });
});
