import { describe, expect, it } from 'vitest';
import { CARD, DAY_MS, openScenario, START_MS } from '../../../../test/support/account-scenario.ts';
import {
  amountOf,
  captureHold,
  changeAccount,
  CREDIT,
  debitCredits,
  grantCredits,
  openAccount,
  placeHold,
  releaseHold,
  setOverdraft,
} from '../../../../test/support/commands.ts';
import { MAX_MICROS } from './credits.ts';
import { decide } from './decide.ts';

const limit = (credits: bigint, pool = 'standard') => ({ pool, limitMicros: credits * CREDIT });

describe('opening an account', () => {
  it('makes its first entry, at the time it happens', () => {
    const account = openScenario(openAccount({ timezone: 'Europe/Paris', setsName: true }));
    expect(account.stored()).toMatchObject({
      version: 1,
      createdAtMs: START_MS,
      atMs: START_MS,
      closedAtMs: null,
      timezone: 'Europe/Paris',
      nameVersion: 1,
      metadataVersion: null,
      pools: [],
    });
  });

  it('gives the overdrafts that it asks for, and none where it asks for zero', () => {
    const account = openScenario(openAccount({ overdraft: [limit(5n), limit(0n, 'email')] }));
    expect(account.stored().pools).toMatchObject([
      { pool: 'standard', settledMicros: 5n * CREDIT, overdraftMicros: 5n * CREDIT },
    ]);
  });

  it('happens once', () => {
    const account = openScenario();
    expect(account.refuse(openAccount())).toEqual({ code: 'account-exists' });
    account.accept({ kind: 'CloseAccount' });
    expect(account.refuse(openAccount())).toEqual({ code: 'account-exists' });
  });

  it.each([
    ['an unknown pool', { pool: 'gold', limitMicros: 1n }, { code: 'unknown-pool', pool: 'gold' }],
    ['a limit below zero', { pool: 'email', limitMicros: -CREDIT }, { code: 'amount-not-positive' }],
    [
      'a limit finer than its pool',
      { pool: 'email', limitMicros: 1n },
      { code: 'too-precise', pool: 'email', decimals: 0 },
    ],
    [
      'a limit beyond 64 bits',
      { pool: 'standard', limitMicros: MAX_MICROS + 1n },
      { code: 'amount-too-large' },
    ],
  ])('is refused with an overdraft of %s', (_, overdraft, rejection) => {
    const change = { id: 'open', fingerprint: '', personalDigest: null, actor: null };
    const facts = { rateCards: [CARD], referred: null, isKeyTaken: false };
    const situation = { accountId: 'acme', state: null, change, nowMs: START_MS, facts };
    const command = openAccount({ overdraft: [overdraft] });
    expect(decide(command, situation)).toEqual({ ok: false, rejection });
    const known = openScenario();
    expect(known.refuse(changeAccount({ overdraft: [overdraft] }))).toEqual(rejection);
  });

  it('comes before any other command', () => {
    const change = { id: 'debit', fingerprint: '', personalDigest: null, actor: null };
    const facts = { rateCards: [CARD], referred: null, isKeyTaken: false };
    const situation = { accountId: 'acme', state: null, change, nowMs: START_MS, facts };
    expect(decide(debitCredits(1n), situation)).toEqual({
      ok: false,
      rejection: { code: 'account-not-found' },
    });
  });
});

describe('changing an account', () => {
  it('changes what it names and nothing else', () => {
    const account = openScenario(
      openAccount({ timezone: 'Europe/Paris', overdraft: [limit(5n)], setsName: true }),
    );
    account.accept(changeAccount({ setsMetadata: true }));
    expect(account.stored()).toMatchObject({ timezone: 'Europe/Paris', nameVersion: 1, metadataVersion: 2 });
    account.accept(changeAccount({ timezone: 'Asia/Tokyo', setsName: true }));
    expect(account.stored()).toMatchObject({ timezone: 'Asia/Tokyo', nameVersion: 3, metadataVersion: 2 });
    expect(account.pool().overdraftMicros).toBe(5n * CREDIT);
  });

  it('raises, lowers and takes away an overdraft', () => {
    const account = openScenario();
    account.accept(grantCredits(10n));
    for (const [credits, settled] of [
      [5n, 15n],
      [8n, 18n],
      [2n, 12n],
      [0n, 10n],
    ] as const) {
      account.accept(setOverdraft(credits));
      expect(account.pool()).toMatchObject({
        settledMicros: settled * CREDIT,
        overdraftMicros: credits * CREDIT,
      });
    }
    expect(account.pool().lots).toHaveLength(1);
  });

  it('cannot lower an overdraft below what is drawn on it, by debits and by open holds', () => {
    const account = openScenario(openAccount({ overdraft: [limit(10n)] }));
    account.accept(debitCredits(3n));
    account.accept(placeHold(4n), 'hold');
    const refusal = (credits: bigint) => ({
      code: 'overdraft-in-use',
      pool: 'standard',
      usedMicros: credits * CREDIT,
    });
    expect(account.refuse(setOverdraft(6n))).toEqual(refusal(7n));
    expect(account.attempt(setOverdraft(7n)).ok).toBe(true);
    account.accept(captureHold('hold', 1n));
    expect(account.refuse(setOverdraft(3n))).toEqual(refusal(4n));
    account.accept(grantCredits(4n));
    account.accept(setOverdraft(0n));
    expect(account.pool()).toMatchObject({ settledMicros: 0n, overdraftMicros: 0n, lots: [] });
  });

  it('gives an overdraft back when the hold on it is released', () => {
    const account = openScenario(openAccount({ overdraft: [limit(10n)] }));
    account.accept(placeHold(4n), 'hold');
    account.accept(releaseHold('hold'));
    account.accept(setOverdraft(0n));
    expect(account.pool()).toMatchObject({ settledMicros: 0n, lots: [] });
  });

  it('to no overdraft in a pool that it never had makes no pool', () => {
    const account = openScenario();
    account.accept(setOverdraft(0n, 'email'));
    expect(account.stored().pools).toEqual([]);
  });

  it('cannot raise a balance beyond 64 bits by an overdraft', () => {
    const account = openScenario();
    account.accept(grantCredits(0n, { amountMicros: MAX_MICROS - CREDIT }));
    expect(account.refuse(setOverdraft(2n))).toEqual({ code: 'amount-too-large' });
    account.accept(setOverdraft(1n));
    expect(account.pool().settledMicros).toBe(MAX_MICROS);
  });
});

describe('closing an account', () => {
  it('ends it for new business, once, and keeps its credits', () => {
    const account = openScenario();
    account.accept(grantCredits(10n));
    account.nowMs += DAY_MS;
    account.accept({ kind: 'CloseAccount' });
    expect(account.stored().closedAtMs).toBe(START_MS + DAY_MS);
    expect(account.pool().settledMicros).toBe(10n * CREDIT);
    for (const command of [
      { kind: 'CloseAccount' } as const,
      changeAccount({ timezone: 'UTC' }),
      debitCredits(amountOf(1n)),
      placeHold(1n),
      grantCredits(1n),
    ])
      expect(account.refuse(command)).toEqual({ code: 'account-closed' });
  });
});
