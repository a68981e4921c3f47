import { describe, expect, it } from 'vitest';
import {
  CARD,
  HOUR_MS,
  openScenario,
  priceOfOne,
  START_MS,
} from '../../../../test/support/account-scenario.ts';
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
  releaseHold,
  voidGrant,
} from '../../../../test/support/commands.ts';

const CAPTURE = 'HoldCaptured';

/** An account of 10 credits, 4 of which end in an hour, with a hold of 6 for two hours. */
function openWithHold() {
  const account = openScenario();
  account.accept(grantCredits(4n, { expiresAtMs: START_MS + HOUR_MS }), 'short');
  account.accept(grantCredits(6n), 'long');
  account.accept(placeHold(6n, { ttlSeconds: 7200 }), 'hold');
  return account;
}

const overdrawable = openAccount({ overdraft: [{ pool: 'standard', limitMicros: 10n * CREDIT }] });

describe('a hold', () => {
  it('owns its lots, in burn-down order, and leaves settled as it is', () => {
    const account = openWithHold();
    expect(account.last('HoldPlaced')).toMatchObject({
      settledMicros: 10n * CREDIT,
      heldMicros: 6n * CREDIT,
      expiresAtMs: START_MS + 7_200_000,
      draws: [
        { grantId: 'short', amountMicros: 4n * CREDIT },
        { grantId: 'long', amountMicros: 2n * CREDIT },
      ],
    });
  });

  it('cannot exceed what is available', () => {
    const account = openWithHold();
    expect(account.refuse(placeHold(5n))).toMatchObject({
      code: 'insufficient-credits',
      availableMicros: 4n * CREDIT,
      reason: 'holds',
    });
    expect(account.refuse(placeHold(11n))).toMatchObject({ reason: 'balance' });
    account.accept(placeHold(4n));
    expect(account.pool()).toMatchObject({ settledMicros: 10n * CREDIT, heldMicros: 10n * CREDIT });
  });

  it('draws on the overdraft after all other lots, and gives it back to the overdraft', () => {
    const account = openScenario(overdrawable);
    account.accept(grantCredits(3n));
    for (const end of [releaseHold('a'), captureHold('b', 3n), null]) {
      const id = end === null ? 'c' : end.holdId;
      account.accept(placeHold(7n), id);
      expect(account.last('HoldPlaced').draws).toMatchObject([
        { amountMicros: 3n * CREDIT },
        { grantId: 'overdraft', amountMicros: 4n * CREDIT },
      ]);
      if (end === null) account.nowMs += HOUR_MS;
      else account.accept(end);
      expect(account.pool().lots.at(-1)).toMatchObject({
        grantId: 'overdraft',
        freeMicros: 10n * CREDIT,
        heldMicros: 0n,
      });
      if (end?.kind === 'CaptureHold') account.accept(grantCredits(3n));
    }
    expect(account.pool().settledMicros).toBe(13n * CREDIT);
  });

  it('of a free action holds nothing, and can be captured', () => {
    const account = openScenario();
    account.accept(placeHold(quantityOf('included', 2n)), 'hold');
    expect(account.accept(captureHold('hold'))).toMatchObject({
      amountMicros: 0n,
      quantityMicros: 2n * CREDIT,
    });
  });

  it('of a closed account is refused, while an open one can be captured', () => {
    const account = openWithHold();
    account.accept({ kind: 'CloseAccount' });
    expect(account.refuse(placeHold(1n))).toEqual({ code: 'account-closed' });
    expect(account.accept(captureHold('hold'))).toMatchObject({ amountMicros: 6n * CREDIT });
  });
});

describe('a capture', () => {
  it('works until the hold’s deadline, also when a lot has expired meanwhile', () => {
    const account = openWithHold();
    account.nowMs = START_MS + 7_200_000 - 1;
    expect(account.accept(captureHold('hold'))).toMatchObject({
      amountMicros: 6n * CREDIT,
      draws: [{ grantId: 'short' }, { grantId: 'long' }],
      returned: [],
      settledMicros: 4n * CREDIT,
      heldMicros: 0n,
    });
  });

  it('works also when its lot has been voided meanwhile', () => {
    const account = openWithHold();
    account.accept(voidGrant('long'));
    expect(account.last('GrantVoided').amountMicros).toBe(4n * CREDIT);
    expect(account.accept(captureHold('hold', 5n))).toMatchObject({
      returned: [{ grantId: 'long', expired: true }],
    });
    expect(account.pool()).toMatchObject({ settledMicros: 0n, heldMicros: 0n });
  });

  it('at the deadline or after it is a refusal, never a silent debit', () => {
    const account = openWithHold();
    account.nowMs = START_MS + 7_200_000;
    expect(account.refuse(captureHold('hold'))).toEqual({
      code: 'hold-expired',
      expiredAtMs: START_MS + 7_200_000,
    });
    account.nowMs += HOUR_MS;
    account.accept(debitCredits(1n));
    expect(account.refuse(captureHold('hold'))).toMatchObject({ code: 'hold-expired' });
    expect(account.entries.filter(({ kind }) => kind === CAPTURE)).toEqual([]);
    expect(account.pool().settledMicros).toBe(5n * CREDIT);
  });

  it('of less takes the lots that were drawn on first, and releases the rest', () => {
    const account = openWithHold();
    expect(account.accept(captureHold('hold', 5n))).toMatchObject({
      amountMicros: 5n * CREDIT,
      fromHoldMicros: 5n * CREDIT,
      draws: [
        { grantId: 'short', amountMicros: 4n * CREDIT },
        { grantId: 'long', amountMicros: CREDIT },
      ],
      returned: [{ grantId: 'long', amountMicros: CREDIT, expired: false }],
    });
    expect(account.pool()).toMatchObject({ settledMicros: 5n * CREDIT, heldMicros: 0n });
  });

  it('of less gives what returns to an expired lot to nobody', () => {
    const account = openWithHold();
    account.nowMs = START_MS + HOUR_MS;
    account.accept(captureHold('hold', 1n));
    expect(account.last(CAPTURE).returned).toMatchObject([
      { grantId: 'long', expired: false },
      { grantId: 'short', amountMicros: 3n * CREDIT, expired: true },
    ]);
    expect(account.entries.at(-1)).toMatchObject({ kind: 'LotExpired', amountMicros: 3n * CREDIT });
    expect(account.pool().settledMicros).toBe(6n * CREDIT);
  });

  it('of more is refused unless the call asks for it', () => {
    const account = openWithHold();
    expect(account.refuse(captureHold('hold', 8n))).toEqual({
      code: 'capture-exceeds-hold',
      holdMicros: 6n * CREDIT,
    });
    expect(account.accept(captureHold('hold', 8n, { allowExcess: true }))).toMatchObject({
      amountMicros: 8n * CREDIT,
      fromHoldMicros: 6n * CREDIT,
      draws: [{ grantId: 'short' }, { grantId: 'long' }, { grantId: 'long', amountMicros: 2n * CREDIT }],
    });
    expect(account.pool()).toMatchObject({ settledMicros: 2n * CREDIT, heldMicros: 0n });
  });

  it('of more than the balance allows is refused, counting the hold’s own credits as available to it', () => {
    const account = openWithHold();
    expect(account.refuse(captureHold('hold', 11n, { allowExcess: true }))).toEqual({
      code: 'insufficient-credits',
      pool: 'standard',
      requiredMicros: 11n * CREDIT,
      availableMicros: 10n * CREDIT,
      settledMicros: 10n * CREDIT,
      heldMicros: 0n,
      reason: 'balance',
    });
    account.accept(placeHold(3n), 'other');
    expect(account.refuse(captureHold('hold', 8n, { allowExcess: true }))).toMatchObject({
      availableMicros: 7n * CREDIT,
      heldMicros: 3n * CREDIT,
      reason: 'holds',
    });
    account.accept(captureHold('hold', 7n, { allowExcess: true }));
  });

  it('by quantity keeps the price of the hold’s own rate card version', () => {
    const account = openWithHold();
    account.accept(placeHold(quantityOf('voice_call', 60n)), 'call');
    const dearer = { ...CARD, version: 2, actions: { voice_call: priceOfOne('standard', 99n * CREDIT) } };
    account.rateCards = [CARD, dearer];
    const command = { ...captureHold('call'), quantityMicros: 30n * CREDIT };
    expect(account.accept(command)).toMatchObject({
      amountMicros: 3n * CREDIT,
      quantityMicros: 30n * CREDIT,
      rateCardVersion: 1,
      action: 'voice_call',
    });
  });

  it('by quantity of a hold that is an amount is refused', () => {
    const command = { ...captureHold('hold'), quantityMicros: CREDIT };
    expect(openWithHold().refuse(command)).toEqual({ code: 'quantity-needs-action' });
  });

  it.each([
    [0n, { code: 'amount-not-positive' }],
    [-1n, { code: 'amount-not-positive' }],
  ])('of %s is refused: to take nothing is a release', (credits, rejection) => {
    expect(openWithHold().refuse(captureHold('hold', credits))).toEqual(rejection);
  });

  it('is as fine as its pool', () => {
    const account = openScenario();
    account.accept(grantCredits(4n, { pool: 'email' }));
    account.accept(placeHold(amountOf(2n, 'email')), 'hold');
    expect(account.refuse({ ...captureHold('hold'), amountMicros: 1_500_000n })).toMatchObject({
      code: 'too-precise',
    });
  });

  it('is a debit, placed in time by the hold, which a refund undoes in reverse order', () => {
    const account = openScenario();
    account.accept(grantCredits(2n, { expiresAtMs: START_MS + 9 * HOUR_MS }), 'short');
    account.accept(grantCredits(6n), 'long');
    account.accept(placeHold(4n, { occurredAtMs: START_MS - HOUR_MS }), 'hold');
    account.accept(captureHold('hold'), 'debit');
    expect(account.last(CAPTURE).occurredAtMs).toBe(START_MS - HOUR_MS);
    expect(account.accept(refundDebit('debit', 3n))).toMatchObject({
      debitOccurredAtMs: START_MS - HOUR_MS,
      returned: [
        { grantId: 'long', amountMicros: 2n * CREDIT },
        { grantId: 'short', amountMicros: CREDIT },
      ],
    });
  });
});

describe('a release', () => {
  it('gives everything back to the lots that it came from, the last first', () => {
    const account = openWithHold();
    const before = account.entries.length;
    expect(account.accept(releaseHold('hold'))).toMatchObject({
      amountMicros: 6n * CREDIT,
      heldMicros: 0n,
      returned: [
        { grantId: 'long', amountMicros: 2n * CREDIT },
        { grantId: 'short', amountMicros: 4n * CREDIT },
      ],
    });
    expect(account.entries).toHaveLength(before + 1);
  });

  it('to a lot that has expired is followed by its expiry', () => {
    const account = openWithHold();
    account.nowMs = START_MS + HOUR_MS;
    account.accept(releaseHold('hold'));
    expect(account.entries.at(-1)).toMatchObject({ kind: 'LotExpired', lot: 2, amountMicros: 4n * CREDIT });
    expect(account.pool().settledMicros).toBe(6n * CREDIT);
  });
});

describe('a hold’s end', () => {
  it('comes once: neither captured nor released nor expired is it there for another', () => {
    const account = openWithHold();
    account.accept(captureHold('hold'));
    for (const again of [captureHold('hold'), releaseHold('hold')])
      expect(account.refuse(again)).toEqual({ code: 'hold-resolved', resolution: 'captured' });
    account.accept(placeHold(1n), 'second');
    account.accept(releaseHold('second'));
    for (const again of [captureHold('second'), releaseHold('second')])
      expect(account.refuse(again)).toEqual({ code: 'hold-resolved', resolution: 'released' });
    account.accept(placeHold(1n), 'third');
    account.nowMs += HOUR_MS;
    for (const again of [captureHold('third'), releaseHold('third')])
      expect(account.refuse(again)).toMatchObject({ code: 'hold-expired' });
  });

  it('speaks of a hold: another change, or none, is not found', () => {
    const account = openWithHold();
    for (const id of ['nothing', 'short', 'open'])
      for (const command of [captureHold(id), releaseHold(id)])
        expect(account.refuse(command)).toEqual({ code: 'hold-not-found' });
  });
});
