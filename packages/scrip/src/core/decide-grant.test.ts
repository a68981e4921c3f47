import { describe, expect, it } from 'vitest';
import { HOUR_MS, openScenario, START_MS } from '../../../../test/support/account-scenario.ts';
import {
  captureHold,
  CREDIT,
  debitCredits,
  grantCredits,
  grantRecurring,
  openAccount,
  placeHold,
  refundDebit,
  voidGrant,
} from '../../../../test/support/commands.ts';
import { MAX_MICROS } from './credits.ts';

const GRANT = 'CreditsGranted';
const at = (text: string) => Date.parse(text);

describe('a one-time grant', () => {
  it('gives its lot at once, for good unless it says when it ends', () => {
    const account = openScenario();
    expect(account.accept<typeof GRANT>(grantCredits(10n), 'pack')).toMatchObject({
      settledMicros: 10n * CREDIT,
      startsAtMs: START_MS,
      lot: { expiresAtMs: null, repaidMicros: 0n },
      nextAtMs: null,
    });
    expect(account.pool().lots).toMatchObject([
      { grantId: 'pack', version: 2, kind: 'one-time', grantedAtMs: START_MS, freeMicros: 10n * CREDIT },
    ]);
    account.accept(grantCredits(1n, { expiresAtMs: START_MS + 1 }));
    expect(account.last(GRANT).lot).toMatchObject({ expiresAtMs: START_MS + 1 });
  });

  it('whose start lies ahead gives nothing yet', () => {
    const account = openScenario();
    const startsAtMs = START_MS + HOUR_MS;
    expect(account.accept<typeof GRANT>(grantCredits(10n, { startsAtMs }))).toMatchObject({
      settledMicros: 0n,
      lot: null,
      nextIndex: 0,
      nextAtMs: startsAtMs,
    });
    expect(account.refuse(debitCredits(1n))).toMatchObject({ availableMicros: 0n });
    account.nowMs = startsAtMs;
    account.accept(debitCredits(10n));
  });

  it('whose start is past gives its lot now', () => {
    const account = openScenario();
    account.accept(grantCredits(10n, { startsAtMs: START_MS - HOUR_MS }));
    expect(account.pool().lots).toMatchObject([{ grantedAtMs: START_MS, freeMicros: 10n * CREDIT }]);
  });

  it('keeps what it was sold for, where it came from and what was noted', () => {
    const price = { amountMicros: 99n * CREDIT, currency: 'EUR' };
    const terms = { price, source: 'promotion', priority: -3 } as const;
    expect(openScenario().accept(grantCredits(10n, terms))).toMatchObject(terms);
  });
});

describe('a recurring grant', () => {
  it('starts its first period now, and gives a lot that ends with the period', () => {
    const account = openScenario();
    expect(account.accept<typeof GRANT>(grantRecurring(10n), 'plan')).toMatchObject({
      startsAtMs: START_MS,
      lot: { expiresAtMs: at('2026-04-10T12:00:00Z') },
      nextIndex: 1,
      nextAtMs: at('2026-04-10T12:00:00Z'),
    });
    expect(account.stored().series).toMatchObject([{ grantId: 'plan', kind: 'recurring', currentLot: 2 }]);
  });

  it('that started in the past gives the current period only', () => {
    const account = openScenario(openAccount({ timezone: 'Europe/Paris' }));
    // 31 December, midnight in Paris; the current period is the one of 28 February.
    expect(account.accept(grantRecurring(10n, { startsAtMs: at('2025-12-30T23:00:00Z') }))).toMatchObject({
      settledMicros: 10n * CREDIT,
      startsAtMs: at('2025-12-30T23:00:00Z'),
      lot: { expiresAtMs: at('2026-03-30T22:00:00Z') },
      nextIndex: 3,
    });
    account.nowMs = at('2026-05-15T00:00:00Z');
    expect(account.pool().lots).toMatchObject([
      { grantedAtMs: at('2026-04-29T22:00:00Z'), expiresAtMs: at('2026-05-30T22:00:00Z') },
    ]);
  });

  it('that starts at this very moment gives its first period', () => {
    expect(openScenario().accept(grantRecurring(10n, { startsAtMs: START_MS }))).toMatchObject({
      lot: { repaidMicros: 0n },
      nextIndex: 1,
    });
  });

  it('whose start lies ahead gives nothing yet', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { startsAtMs: at('2026-03-31T00:00:00Z') }));
    expect(account.pool().settledMicros).toBe(0n);
    account.nowMs = at('2026-05-01T00:00:00Z');
    expect(account.pool().lots).toMatchObject([
      { grantedAtMs: at('2026-04-30T00:00:00Z'), expiresAtMs: at('2026-05-31T00:00:00Z') },
    ]);
  });

  it('ends its last period when the series ends', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { expiresAtMs: at('2026-03-20T00:00:00Z') }));
    expect(account.last(GRANT)).toMatchObject({
      lot: { expiresAtMs: at('2026-03-20T00:00:00Z') },
      nextAtMs: null,
    });
    expect(account.stored().series).toEqual([]);
  });

  it.each([
    ['none', 'none' as const, at('2026-04-10T12:00:00Z')],
    ['all', 'all' as const, null],
    ['a maximum', { maxMicros: CREDIT }, at('2026-04-10T12:00:00Z')],
  ])('with rollover %s has lots that end so', (_, rollover, expiresAtMs) => {
    expect(openScenario().accept(grantRecurring(10n, { rollover }))).toMatchObject({ lot: { expiresAtMs } });
  });
});

describe('a grant is refused', () => {
  it.each([
    ['that ends now', { expiresAtMs: START_MS }, { code: 'expiry-in-the-past' }],
    [
      'that ends when it starts',
      { startsAtMs: START_MS + HOUR_MS, expiresAtMs: START_MS + HOUR_MS },
      { code: 'expiry-before-start' },
    ],
    ['of nothing', { amountMicros: 0n }, { code: 'amount-not-positive' }],
    ['of less than nothing', { amountMicros: -1n }, { code: 'amount-not-positive' }],
    ['of an unknown pool', { pool: 'gold' }, { code: 'unknown-pool', pool: 'gold' }],
    [
      'finer than its pool',
      { pool: 'email', amountMicros: 1_500_000n },
      { code: 'too-precise', pool: 'email', decimals: 0 },
    ],
    [
      'that carries over what its pool cannot hold',
      { pool: 'email', rollover: { maxMicros: 1_500_000n } },
      { code: 'too-precise', pool: 'email', decimals: 0 },
    ],
    ['beyond 64 bits', { amountMicros: MAX_MICROS + 1n }, { code: 'amount-too-large' }],
  ])('%s', (_, members, rejection) => {
    expect(openScenario().refuse(grantRecurring(10n, members))).toEqual(rejection);
  });

  it('whose sum with the balance exceeds 64 bits, and not one micro before', () => {
    const account = openScenario();
    account.accept(grantCredits(0n, { amountMicros: MAX_MICROS - 5n }));
    expect(account.refuse(grantCredits(0n, { amountMicros: 6n }))).toEqual({ code: 'amount-too-large' });
    account.accept(grantCredits(0n, { amountMicros: 5n }));
    expect(account.pool().settledMicros).toBe(MAX_MICROS);
  });

  it('under the id of the overdraft', () => {
    expect(openScenario().refuse(grantCredits(1n), 'overdraft')).toEqual({ code: 'reserved-id' });
  });

  it('to a closed account', () => {
    const account = openScenario();
    account.accept({ kind: 'CloseAccount' });
    expect(account.refuse(grantCredits(1n))).toEqual({ code: 'account-closed' });
  });
});

describe('a void', () => {
  it('forfeits what is left of a grant, and what it would still give', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { rollover: 'all' }), 'plan');
    account.accept(grantCredits(5n), 'other');
    account.nowMs = at('2026-04-10T12:00:00Z');
    account.accept(debitCredits(3n));
    expect(account.accept(voidGrant('plan'))).toMatchObject({
      amountMicros: 17n * CREDIT,
      draws: [
        { grantId: 'plan', amountMicros: 7n * CREDIT },
        { grantId: 'plan', amountMicros: 10n * CREDIT },
      ],
      grantVersion: 2,
    });
    account.nowMs = at('2027-01-01T00:00:00Z');
    expect(account.pool().settledMicros).toBe(5n * CREDIT);
  });

  it('leaves to open holds what they own, and takes it when they give it back', () => {
    const account = openScenario();
    account.accept(grantCredits(10n), 'pack');
    account.accept(placeHold(4n), 'hold');
    account.accept(voidGrant('pack'));
    expect(account.pool()).toMatchObject({ settledMicros: 4n * CREDIT, heldMicros: 4n * CREDIT });
    account.accept(captureHold('hold', 1n));
    expect(account.entries.at(-1)).toMatchObject({ kind: 'LotExpired', amountMicros: 3n * CREDIT });
    expect(account.pool().settledMicros).toBe(0n);
  });

  it('is refused for what is no grant, is void already, or is used up', () => {
    const account = openScenario();
    account.accept(grantCredits(4n), 'used');
    account.accept(debitCredits(4n), 'debit');
    account.accept(grantCredits(4n), 'void');
    account.accept(voidGrant('void'));
    expect(account.refuse(voidGrant('nothing'))).toEqual({ code: 'grant-not-found' });
    expect(account.refuse(voidGrant('debit'))).toEqual({ code: 'grant-not-found' });
    expect(account.refuse(voidGrant('void'))).toEqual({ code: 'grant-voided' });
    expect(account.refuse(voidGrant('used'))).toEqual({ code: 'grant-used-up' });
    account.accept(refundDebit('debit', 1n));
    expect(account.accept(voidGrant('used'))).toMatchObject({ amountMicros: CREDIT });
  });

  it('of a grant that has used up its period still ends its series', () => {
    const account = openScenario();
    account.accept(grantRecurring(4n), 'plan');
    account.accept(debitCredits(4n));
    expect(account.accept(voidGrant('plan'))).toMatchObject({ amountMicros: 0n, draws: [] });
    expect(account.stored().series).toEqual([]);
  });
});
