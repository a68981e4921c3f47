import { describe, expect, it } from 'vitest';
import { CARD, priceOfOne } from '../../../../test/support/account-scenario.ts';
import { amountOf, CREDIT, quantityOf } from '../../../../test/support/commands.ts';
import { checkAmount, insufficient, priceCharge } from './charge.ts';
import { currentCard } from './rate-card.ts';
import type { Charge } from './command.ts';
import { MAX_MICROS } from './credits.ts';
import type { Rejection } from './decision.ts';
import { emptyPool } from './lots.ts';

describe('a charge', () => {
  it('by action has the rate card’s price, and says by which version', () => {
    expect(priceCharge(quantityOf('voice_call', 61n), CARD)).toEqual({
      ok: true,
      priced: {
        pool: 'standard',
        amountMicros: 6n * CREDIT,
        action: 'voice_call',
        quantityMicros: 61n * CREDIT,
        rateCardVersion: 1,
      },
    });
  });

  it('by amount is that amount, whatever the rate card says', () => {
    expect(priceCharge(amountOf(7n, 'email'), CARD)).toEqual({
      ok: true,
      priced: {
        pool: 'email',
        amountMicros: 7n * CREDIT,
        action: null,
        quantityMicros: null,
        rateCardVersion: null,
      },
    });
  });

  it('of a free action is nothing', () => {
    expect(priceCharge(quantityOf('included', 3n), CARD)).toMatchObject({ priced: { amountMicros: 0n } });
  });

  it.each<[string, Charge, Rejection]>([
    ['an unknown action', quantityOf('fax', 1n), { code: 'unknown-action', action: 'fax' }],
    ['an inherited name', quantityOf('constructor', 1n), { code: 'unknown-action', action: 'constructor' }],
    ['no quantity', quantityOf('sms', 0n), { code: 'amount-not-positive' }],
    ['a negative quantity', quantityOf('sms', -1n), { code: 'amount-not-positive' }],
    ['a price beyond 64 bits', quantityOf('sms', MAX_MICROS), { code: 'amount-too-large' }],
    ['an unknown pool', amountOf(1n, 'gold'), { code: 'unknown-pool', pool: 'gold' }],
    ['no amount', amountOf(0n), { code: 'amount-not-positive' }],
    ['a negative amount', amountOf(-1n), { code: 'amount-not-positive' }],
    [
      'an amount finer than its pool',
      { by: 'amount', pool: 'email', amountMicros: 1_500_000n },
      { code: 'too-precise', pool: 'email', decimals: 0 },
    ],
  ])('of %s is refused', (_, charge, rejection) => {
    expect(priceCharge(charge, CARD)).toEqual({ ok: false, rejection });
  });

  it('in a pool that the card does not have is refused', () => {
    const card = { ...CARD, actions: { gold_plating: priceOfOne('gold', 1n) } };
    expect(priceCharge(quantityOf('gold_plating', 1n), card)).toEqual({
      ok: false,
      rejection: { code: 'unknown-pool', pool: 'gold' },
    });
  });
});

describe('an amount', () => {
  it('may be as fine as its pool', () => {
    expect(checkAmount(1n, 'standard', CARD)).toBeNull();
    expect(checkAmount(CREDIT, 'email', CARD)).toBeNull();
    expect(checkAmount(1n, 'email', CARD)).toEqual({ code: 'too-precise', pool: 'email', decimals: 0 });
  });
});

describe('a refusal for want of credits', () => {
  const pool = { ...emptyPool('standard', 0), settledMicros: 10n, heldMicros: 4n };

  it.each([
    [7n, 'holds'],
    [10n, 'holds'],
    [11n, 'balance'],
  ])('of %s says that it is the %s', (requiredMicros, reason) => {
    expect(insufficient(pool, requiredMicros)).toEqual({
      code: 'insufficient-credits',
      pool: 'standard',
      requiredMicros,
      availableMicros: 6n,
      settledMicros: 10n,
      heldMicros: 4n,
      reason,
    });
  });
});

describe('the current rate card', () => {
  it('is the last that was published; to have none is a bug', () => {
    expect(currentCard([CARD, { ...CARD, version: 2 }]).version).toBe(2);
    expect(() => currentCard([])).toThrow('no rate card has been published');
  });
});
