import { describe, expect, it } from 'vitest';
import {
  CARD,
  DAY_MS,
  HOUR_MS,
  openScenario,
  priceOfOne,
  START_MS,
} from '../../../../test/support/account-scenario.ts';
import {
  amountOf,
  changeAccount,
  CREDIT,
  debitCredits,
  grantCredits,
  openAccount,
  placeHold,
  quantityOf,
} from '../../../../test/support/commands.ts';
import { priceOf } from './rate-card.ts';

const DEBIT = 'CreditsDebited';

/** An account with a grant of 10 that ends in five hours, and one of 20 that does not. */
function openWithLots() {
  const account = openScenario();
  account.accept(grantCredits(10n, { expiresAtMs: START_MS + 5 * HOUR_MS }), 'short');
  account.accept(grantCredits(20n), 'long');
  return account;
}

describe('a debit', () => {
  it('takes credits from lots in burn-down order', () => {
    expect(openWithLots().accept<typeof DEBIT>(debitCredits(12n))).toMatchObject({
      settledMicros: 18n * CREDIT,
      draws: [
        { lot: 2, grantId: 'short', amountMicros: 10n * CREDIT },
        { lot: 3, grantId: 'long', amountMicros: 2n * CREDIT },
      ],
    });
  });

  it('takes the last micro and never more than there is', () => {
    const oneMore = { by: 'amount', pool: 'standard', amountMicros: 10n * CREDIT + 1n } as const;
    const account = openScenario();
    account.accept(grantCredits(10n));
    expect(account.refuse(debitCredits(oneMore))).toEqual({
      code: 'insufficient-credits',
      pool: 'standard',
      requiredMicros: 10n * CREDIT + 1n,
      availableMicros: 10n * CREDIT,
      settledMicros: 10n * CREDIT,
      heldMicros: 0n,
      reason: 'balance',
    });
    account.accept(debitCredits(10n));
    expect(account.pool()).toMatchObject({ settledMicros: 0n, lots: [] });
  });

  it('is not admitted to what open holds own', () => {
    const account = openScenario();
    account.accept(grantCredits(10n));
    account.accept(placeHold(6n));
    expect(account.refuse(debitCredits(5n))).toMatchObject({ availableMicros: 4n * CREDIT, reason: 'holds' });
    account.accept(debitCredits(4n));
    expect(account.refuse(debitCredits(7n))).toMatchObject({ availableMicros: 0n, reason: 'balance' });
  });

  it('of a pool that the account never had is refused for want of credits', () => {
    expect(openScenario().refuse(debitCredits(amountOf(1n, 'email')))).toMatchObject({
      code: 'insufficient-credits',
      pool: 'email',
      settledMicros: 0n,
    });
  });

  it('of a free action is a debit of nothing, also for an account that has nothing, and makes no pool', () => {
    const account = openScenario();
    expect(account.accept<typeof DEBIT>(debitCredits(quantityOf('included', 5n)))).toMatchObject({
      amountMicros: 0n,
      draws: [],
      action: 'included',
      rateCardVersion: 1,
    });
    expect(account.stored().pools).toEqual([]);
  });

  it('can be explained from its entry: rate card version, quantity, rounding, lots', () => {
    const account = openWithLots();
    const cheaper = { ...CARD, version: 2, actions: { ...CARD.actions, sms: priceOfOne('standard', 2n) } };
    account.rateCards = [CARD, cheaper];
    const entry = account.accept<typeof DEBIT>(debitCredits(quantityOf('sms', 3n)));
    expect(entry).toMatchObject({ rateCardVersion: 2, quantityMicros: 3n * CREDIT, amountMicros: 6n });
    const price = account.rateCards.find(({ version }) => version === entry.rateCardVersion)?.actions['sms'];
    expect(priceOf(price ?? priceOfOne('standard', 0n), entry.quantityMicros ?? 0n, 6)).toBe(
      entry.amountMicros,
    );
    expect(entry.draws).toEqual([{ lot: 2, grantId: 'short', amountMicros: 6n }]);
  });

  it('of a closed account is refused', () => {
    const account = openWithLots();
    account.accept({ kind: 'CloseAccount' });
    expect(account.refuse(debitCredits(1n))).toEqual({ code: 'account-closed' });
  });
});

describe('the time at which usage occurred', () => {
  it.each([
    ['35 days back', -35 * DAY_MS, true],
    ['a millisecond more than 35 days back', -35 * DAY_MS - 1, false],
    ['5 minutes ahead', 300_000, true],
    ['a millisecond more than 5 minutes ahead', 300_001, false],
  ])('may be %s: %s', (_, offsetMs, isAccepted) => {
    const account = openWithLots();
    expect(account.attempt(debitCredits(1n, START_MS + offsetMs)).ok).toBe(isAccepted);
    expect(account.attempt(placeHold(1n, { occurredAtMs: START_MS + offsetMs })).ok).toBe(isAccepted);
    if (!isAccepted)
      expect(account.refuse(debitCredits(1n, START_MS + offsetMs))).toEqual({
        code: 'occurred-at-out-of-range',
        earliestMs: START_MS - 35 * DAY_MS,
        latestMs: START_MS + 300_000,
      });
  });

  it('decides neither price nor lots nor expiry: those go by the recorded time', () => {
    const account = openWithLots();
    account.nowMs = START_MS + 6 * HOUR_MS;
    const entry = account.accept<typeof DEBIT>(debitCredits(1n, START_MS + HOUR_MS));
    expect(entry).toMatchObject({ atMs: account.nowMs, occurredAtMs: START_MS + HOUR_MS });
    expect(entry.draws).toMatchObject([{ grantId: 'long' }]);
  });
});

describe('an overdraft', () => {
  it('is drawn on last, and no further than its limit', () => {
    const account = openScenario();
    account.accept(grantCredits(3n, { priority: 1000 }));
    account.accept(changeAccount({ overdraft: [{ pool: 'standard', limitMicros: 5n * CREDIT }] }));
    expect(account.accept(debitCredits(7n))).toMatchObject({
      draws: [{ lot: 2 }, { grantId: 'overdraft', amountMicros: 4n * CREDIT }],
    });
    expect(account.refuse(debitCredits(2n))).toMatchObject({ availableMicros: CREDIT, reason: 'balance' });
    expect(account.pool().settledMicros).toBe(CREDIT);
  });

  it('is of one pool only', () => {
    const account = openScenario(
      openAccount({ overdraft: [{ pool: 'standard', limitMicros: 5n * CREDIT }] }),
    );
    expect(account.refuse(debitCredits(amountOf(1n, 'email')))).toMatchObject({
      pool: 'email',
      availableMicros: 0n,
    });
  });

  it('is repaid first by the next grant', () => {
    const account = openScenario(
      openAccount({ overdraft: [{ pool: 'standard', limitMicros: 5n * CREDIT }] }),
    );
    account.accept(debitCredits(4n));
    account.accept(grantCredits(1n));
    expect(account.last('CreditsGranted').lot).toMatchObject({ repaidMicros: CREDIT });
    expect(account.pool().lots).toMatchObject([{ grantId: 'overdraft', freeMicros: 2n * CREDIT }]);
    account.accept(grantCredits(10n), 'large');
    expect(account.pool().lots).toMatchObject([
      { grantId: 'large', freeMicros: 7n * CREDIT },
      { grantId: 'overdraft', freeMicros: 5n * CREDIT },
    ]);
  });
});
