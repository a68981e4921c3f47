import { describe, expect, it } from 'vitest';
import { CARD, DAY_MS, HOUR_MS, openScenario, START_MS } from '../../../../test/support/account-scenario.ts';
import {
  amountOf,
  CREDIT,
  debitCredits,
  grantCredits,
  grantRecurring,
  openAccount,
  placeHold,
  refundDebit,
} from '../../../../test/support/commands.ts';
import { balanceOf } from './balance.ts';

const at = (text: string) => Date.parse(text);

describe('a balance', () => {
  it('is settled less held, in one-time and recurring parts that add up to what is available', () => {
    const account = openScenario();
    account.accept(grantCredits(10n));
    account.accept(grantRecurring(8n));
    account.accept(debitCredits(1n));
    account.accept(placeHold(9n));
    expect(balanceOf(account.state(), CARD)).toMatchObject([
      {
        pool: 'standard',
        settledMicros: 17n * CREDIT,
        heldMicros: 9n * CREDIT,
        availableMicros: 8n * CREDIT,
        oneTimeMicros: 8n * CREDIT,
        recurringMicros: 0n,
      },
    ]);
  });

  it('lists each pool that ever had a grant, in the rate card’s order, also when nothing is left or has come', () => {
    const account = openScenario();
    account.accept(grantCredits(2n, { pool: 'email', startsAtMs: START_MS + DAY_MS }));
    account.accept(grantCredits(2n));
    account.accept(debitCredits(2n));
    expect(balanceOf(account.state(), CARD).map(({ pool, settledMicros }) => [pool, settledMicros])).toEqual([
      ['standard', 0n],
      ['email', 0n],
    ]);
    expect(balanceOf(openScenario().state(), CARD)).toEqual([]);
  });

  it('counts the overdraft as one-time', () => {
    const account = openScenario(openAccount({ overdraft: [{ pool: 'email', limitMicros: 5n * CREDIT }] }));
    account.accept(debitCredits(amountOf(2n, 'email')));
    expect(balanceOf(account.state(), CARD)).toMatchObject([
      { pool: 'email', oneTimeMicros: 3n * CREDIT, recurringMicros: 0n, nextExpiry: null, nextGrant: null },
    ]);
  });
});

describe('the next expiry', () => {
  it('is the earliest, of all lots that end at that moment, and of what is free in them', () => {
    const account = openScenario();
    const expiresAtMs = START_MS + 5 * HOUR_MS;
    account.accept(grantCredits(4n, { expiresAtMs }));
    account.accept(grantCredits(3n, { expiresAtMs }));
    account.accept(grantCredits(9n, { expiresAtMs: expiresAtMs + 1 }));
    account.accept(placeHold(1n));
    const [balance] = balanceOf(account.state(), CARD);
    expect(balance?.nextExpiry).toEqual({ atMs: expiresAtMs, amountMicros: 6n * CREDIT });
  });

  it('passes over a lot of which nothing is free', () => {
    const account = openScenario();
    account.accept(grantCredits(4n, { expiresAtMs: START_MS + HOUR_MS }));
    account.accept(grantCredits(3n, { expiresAtMs: START_MS + 2 * HOUR_MS }));
    account.accept(placeHold(4n, { ttlSeconds: 3 * 3600 }));
    expect(balanceOf(account.state(), CARD)[0]?.nextExpiry?.atMs).toBe(START_MS + 2 * HOUR_MS);
  });

  it('is of a recurring grant only what the next period does not carry over', () => {
    const monthly = (rollover: 'none' | 'all' | { maxMicros: bigint }, expiresAtMs: number | null = null) => {
      const account = openScenario();
      account.accept(grantRecurring(10n, { rollover, expiresAtMs }));
      return balanceOf(account.state(), CARD)[0]?.nextExpiry;
    };
    const atMs = at('2026-04-10T12:00:00Z');
    expect(monthly('none')).toEqual({ atMs, amountMicros: 10n * CREDIT });
    expect(monthly('all')).toBeNull();
    expect(monthly({ maxMicros: 4n * CREDIT })).toEqual({ atMs, amountMicros: 6n * CREDIT });
    expect(monthly({ maxMicros: 40n * CREDIT })).toBeNull();
    // The last period has no next one to carry anything into.
    expect(monthly({ maxMicros: 4n * CREDIT }, atMs)).toEqual({ atMs, amountMicros: 10n * CREDIT });
  });

  it('is what then expires', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { rollover: { maxMicros: 4n * CREDIT } }));
    account.accept(grantCredits(3n, { expiresAtMs: at('2026-04-10T12:00:00Z') }));
    const [before] = balanceOf(account.state(), CARD);
    account.nowMs = before?.nextExpiry?.atMs ?? 0;
    const [after] = balanceOf(account.state(), CARD);
    const granted = before?.nextGrant?.amountMicros ?? 0n;
    expect(after?.settledMicros).toBe(
      (before?.settledMicros ?? 0n) - (before?.nextExpiry?.amountMicros ?? 0n) + granted,
    );
  });
});

describe('the next grant', () => {
  it('is the earliest period of the pool’s own grants, with all that comes at that moment', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { every: 'day' }));
    account.accept(grantRecurring(3n, { every: 'day' }));
    account.accept(grantRecurring(7n, { every: 'week' }));
    account.accept(grantCredits(5n, { pool: 'email', startsAtMs: START_MS + HOUR_MS }));
    expect(balanceOf(account.state(), CARD).map(({ nextGrant }) => nextGrant)).toEqual([
      { atMs: START_MS + DAY_MS, amountMicros: 13n * CREDIT },
      { atMs: START_MS + HOUR_MS, amountMicros: 5n * CREDIT },
    ]);
  });
});

describe('the time of a balance’s last change', () => {
  it('moves when what is available does, and only then', () => {
    const account = openScenario();
    const later = () => (account.nowMs += HOUR_MS);
    account.accept(grantCredits(10n));
    later();
    account.accept(placeHold(3n, { ttlSeconds: 7200 }), 'hold');
    expect(account.pool().changedAtMs).toBe(account.nowMs);
    const heldAtMs = account.nowMs;
    later();
    account.accept({ ...grantCredits(1n), pool: 'email' });
    account.accept(
      { kind: 'CaptureHold', holdId: 'hold', amountMicros: null, quantityMicros: null, allowExcess: false },
      'debit',
    );
    expect(account.pool().changedAtMs).toBe(heldAtMs);
    later();
    account.accept(refundDebit('debit'));
    expect(account.pool().changedAtMs).toBe(account.nowMs);
  });
});
