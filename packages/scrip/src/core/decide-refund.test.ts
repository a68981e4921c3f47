import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, openScenario, START_MS } from '../../../../test/support/account-scenario.ts';
import {
  amountOf,
  captureHold,
  CREDIT,
  debitCredits,
  grantCredits,
  openAccount,
  placeHold,
  quantityOf,
  refundDebit,
  setOverdraft,
  voidGrant,
} from '../../../../test/support/commands.ts';

const REFUND = 'DebitRefunded';

/** An account with a grant of 10 that ends in five hours, and one of 20 that does not. */
function openWithLots() {
  const account = openScenario();
  account.accept(grantCredits(10n, { expiresAtMs: START_MS + 5 * HOUR_MS }), 'short');
  account.accept(grantCredits(20n), 'long');
  return account;
}

describe('a refund', () => {
  it('cannot bear the id of the overdraft, as whose lot a new lot of it would pass', () => {
    const account = openWithLots();
    account.accept(debitCredits(14n), 'debit');
    expect(account.refuse(refundDebit('debit'), 'overdraft')).toEqual({ code: 'reserved-id' });
  });

  it('gives back to the lots that the debit came from, the last first, and not by today’s order', () => {
    const account = openWithLots();
    account.accept(debitCredits(14n), 'debit');
    account.accept(grantCredits(5n, { priority: -1 }), 'first-today');
    expect(account.accept<typeof REFUND>(refundDebit('debit', 6n)).returned).toMatchObject([
      { grantId: 'long', amountMicros: 4n * CREDIT },
      { grantId: 'short', amountMicros: 2n * CREDIT },
    ]);
    expect(account.accept<typeof REFUND>(refundDebit('debit')).returned).toMatchObject([
      { grantId: 'short', amountMicros: 8n * CREDIT },
    ]);
  });

  it('gives back exactly what was taken, rounding included', () => {
    const account = openScenario();
    account.accept(grantCredits(10n, { pool: 'email' }));
    account.accept(debitCredits(quantityOf('half_check', 3n)), 'debit');
    expect(account.accept<typeof REFUND>(refundDebit('debit'))).toMatchObject({ amountMicros: 2n * CREDIT });
    expect(account.pool('email').settledMicros).toBe(10n * CREDIT);
  });

  it('in parts never gives back more than the debit', () => {
    const account = openWithLots();
    account.accept(debitCredits(9n), 'debit');
    expect(account.accept(refundDebit('debit', 4n))).toMatchObject({
      refundedMicros: 4n * CREDIT,
      isFull: false,
    });
    expect(account.refuse(refundDebit('debit', 6n))).toEqual({
      code: 'refund-exceeds-debit',
      refundableMicros: 5n * CREDIT,
    });
    expect(account.accept(refundDebit('debit'))).toMatchObject({ refundedMicros: 9n * CREDIT, isFull: true });
    expect(account.refuse(refundDebit('debit'))).toEqual({
      code: 'refund-exceeds-debit',
      refundableMicros: 0n,
    });
  });

  it('of a free debit happens once', () => {
    const account = openScenario();
    account.accept(debitCredits(quantityOf('included', 1n)), 'debit');
    expect(account.accept(refundDebit('debit'))).toMatchObject({
      amountMicros: 0n,
      isFull: true,
      returned: [],
    });
    expect(account.refuse(refundDebit('debit'))).toMatchObject({ code: 'refund-exceeds-debit' });
  });

  it('to a lot that has expired expires at once, as its own entry', () => {
    const account = openWithLots();
    account.accept(debitCredits(14n), 'debit');
    account.nowMs = START_MS + 6 * HOUR_MS;
    expect(account.accept<typeof REFUND>(refundDebit('debit'), 'refund').returned).toMatchObject([
      { grantId: 'long', expired: false },
      { grantId: 'short', expired: true, terms: { grantId: 'short' } },
    ]);
    expect(account.entries.at(-1)).toMatchObject({ kind: 'LotExpired', lot: 2, amountMicros: 10n * CREDIT });
    expect(account.pool().settledMicros).toBe(20n * CREDIT);
  });

  it('to a lot that was voided expires at once too', () => {
    const account = openWithLots();
    account.accept(debitCredits(10n), 'all-of-it');
    account.accept(debitCredits(5n), 'some');
    account.accept(voidGrant('long'));
    expect(account.accept(refundDebit('some'))).toMatchObject({ returned: [{ expired: true }] });
    expect(account.accept(refundDebit('all-of-it'))).toMatchObject({ returned: [{ expired: false }] });
    expect(account.pool().settledMicros).toBe(10n * CREDIT);
  });

  it('of what was drawn on an overdraft that has been repaid meanwhile makes a new lot', () => {
    const account = openScenario(
      openAccount({ overdraft: [{ pool: 'standard', limitMicros: 10n * CREDIT }] }),
    );
    account.accept(debitCredits(8n), 'debit');
    account.accept(grantCredits(5n));
    const refund = account.accept<typeof REFUND>(refundDebit('debit'), 'refund');
    expect(refund.returned).toMatchObject([
      { grantId: 'overdraft', amountMicros: 3n * CREDIT },
      { lot: refund.version, grantId: 'refund', amountMicros: 5n * CREDIT, expired: false },
    ]);
    expect(account.pool()).toMatchObject({ settledMicros: 15n * CREDIT, overdraftMicros: 10n * CREDIT });
    // A debit of the new lot can be refunded too, after the lot was used up.
    account.accept(debitCredits(5n), 'again');
    expect(account.accept(refundDebit('again'))).toMatchObject({ returned: [{ lot: refund.version }] });
    expect(account.pool().settledMicros).toBe(15n * CREDIT);
  });

  it('of an overdraft that was taken away meanwhile makes a new lot', () => {
    const account = openScenario(
      openAccount({ overdraft: [{ pool: 'standard', limitMicros: 10n * CREDIT }] }),
    );
    account.accept(debitCredits(8n), 'debit');
    account.accept(grantCredits(8n));
    account.accept(setOverdraft(0n));
    account.accept(refundDebit('debit'), 'refund');
    expect(account.pool().lots).toMatchObject([{ grantId: 'refund', freeMicros: 8n * CREDIT }]);
  });

  it('of a capture that drew on the overdraft twice repays the overdraft once', () => {
    const account = openScenario(
      openAccount({ overdraft: [{ pool: 'standard', limitMicros: 10n * CREDIT }] }),
    );
    account.accept(placeHold(4n), 'hold');
    account.accept(captureHold('hold', 7n, { allowExcess: true }), 'debit');
    account.accept(grantCredits(2n));
    expect(account.accept<typeof REFUND>(refundDebit('debit'), 'refund').returned).toMatchObject([
      { grantId: 'overdraft', amountMicros: 3n * CREDIT },
      { grantId: 'overdraft', amountMicros: 2n * CREDIT },
      { grantId: 'refund', amountMicros: 2n * CREDIT },
    ]);
    expect(account.pool().settledMicros).toBe(12n * CREDIT);
  });

  it('lowers the usage of the debit’s own day, and says so in its entry', () => {
    const account = openWithLots();
    account.accept(debitCredits(quantityOf('sms', 2n), START_MS - DAY_MS), 'reported-late');
    account.accept(debitCredits(1n), 'plain');
    account.nowMs += 3 * DAY_MS;
    expect(account.accept(refundDebit('reported-late'))).toMatchObject({
      action: 'sms',
      debitOccurredAtMs: START_MS - DAY_MS,
    });
    expect(account.accept(refundDebit('plain'))).toMatchObject({ action: null, debitOccurredAtMs: START_MS });
  });

  it('speaks of a debit: another change, or none, is not found', () => {
    const account = openWithLots();
    account.accept(placeHold(1n), 'hold');
    for (const id of ['nothing', 'hold', 'short', 'open'])
      expect(account.refuse(refundDebit(id))).toEqual({ code: 'debit-not-found' });
  });

  it.each([
    [
      '0.5 of a pool of whole credits',
      'email',
      CREDIT / 2n,
      { code: 'too-precise', pool: 'email', decimals: 0 },
    ],
    ['nothing', 'standard', 0n, { code: 'amount-not-positive' }],
  ])('of %s is refused', (_, pool, amountMicros, rejection) => {
    const account = openScenario();
    account.accept(grantCredits(10n, { pool }));
    account.accept(debitCredits(amountOf(5n, pool)), 'debit');
    expect(account.refuse({ kind: 'RefundDebit', debitId: 'debit', amountMicros })).toEqual(rejection);
  });

  it('that would exceed 64 bits is refused', () => {
    const account = openScenario();
    account.accept(grantCredits(5n));
    account.accept(debitCredits(5n), 'debit');
    account.accept(grantCredits(0n, { amountMicros: 2n ** 63n - 1n }));
    expect(account.refuse(refundDebit('debit'))).toEqual({ code: 'amount-too-large' });
  });

  it('of a closed account’s debit is still possible', () => {
    const account = openWithLots();
    account.accept(debitCredits(5n), 'debit');
    account.accept({ kind: 'CloseAccount' });
    expect(account.attempt(refundDebit('debit')).ok).toBe(true);
  });
});
