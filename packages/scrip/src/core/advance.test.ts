import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, openScenario, START_MS } from '../../../../test/support/account-scenario.ts';
import {
  CREDIT,
  debitCredits,
  grantCredits,
  grantRecurring,
  openAccount,
  placeHold,
  refundDebit,
} from '../../../../test/support/commands.ts';
import { randomLife, takeStep } from '../../../../test/support/random-commands.ts';
import { advance, nextDueMs } from './advance.ts';
import type { Entry } from './entry.ts';
import { evolve } from './evolve.ts';

const inHours = (hours: number) => START_MS + hours * HOUR_MS;
const kindsAt = (entries: readonly Entry[]) =>
  entries.map(({ kind, atMs }) => [kind, (atMs - START_MS) / HOUR_MS]);

describe('time', () => {
  it('does what is due in the order of time, each thing at its own due time', () => {
    const account = openScenario();
    account.accept(grantCredits(10n, { expiresAtMs: inHours(5) }), 'first');
    account.accept(placeHold(3n, { ttlSeconds: 7 * 3600 }), 'hold');
    account.accept(grantCredits(4n, { startsAtMs: inHours(2), expiresAtMs: inHours(6) }), 'second');
    const { entries, state } = advance(account.stored(), inHours(100));
    expect(kindsAt(entries)).toEqual([
      ['PeriodStarted', 2],
      ['LotExpired', 5],
      ['LotExpired', 6],
      ['HoldExpired', 7],
      ['LotExpired', 7],
    ]);
    expect(entries.map(({ change }) => change)).toEqual([null, null, null, null, null]);
    expect(state).toMatchObject({ atMs: inHours(7), version: account.stored().version + 5 });
  });

  it('ends a hold before the lot that ends with it, and ends a period before the next begins', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { every: 'day' }));
    account.accept(placeHold(3n, { ttlSeconds: 24 * 3600 }));
    const { entries } = advance(account.stored(), inHours(24));
    expect(kindsAt(entries)).toEqual([
      ['HoldExpired', 24],
      ['LotExpired', 24],
      ['PeriodStarted', 24],
    ]);
    expect(entries[1]).toMatchObject({ amountMicros: 10n * CREDIT });
  });

  it('changes nothing one millisecond before something is due', () => {
    const account = openScenario();
    account.accept(grantCredits(10n, { expiresAtMs: inHours(5) }));
    const stored = account.stored();
    expect(nextDueMs(stored)).toBe(inHours(5));
    expect(advance(stored, inHours(5) - 1)).toEqual({ state: stored, entries: [] });
    expect(advance(stored, inHours(5)).entries).toHaveLength(1);
    expect(nextDueMs(advance(stored, inHours(5)).state)).toBe(Infinity);
  });

  it('lets nothing of a used-up lot expire, and of a lot in use only what is free', () => {
    const account = openScenario();
    account.accept(grantCredits(2n, { expiresAtMs: inHours(1) }));
    account.accept(grantCredits(5n, { expiresAtMs: inHours(2) }));
    account.accept(debitCredits(3n));
    account.accept(placeHold(1n, { ttlSeconds: 4 * 3600 }));
    const { entries, state } = advance(account.stored(), inHours(3));
    expect(entries).toMatchObject([{ kind: 'LotExpired', lot: 3, amountMicros: 3n * CREDIT }]);
    expect(state.pools[0]).toMatchObject({ settledMicros: CREDIT, heldMicros: CREDIT });
  });

  it('never goes back: a clock that does leaves the account at its last entry’s time', () => {
    const account = openScenario();
    account.nowMs = inHours(5);
    account.accept(grantCredits(10n, { expiresAtMs: inHours(9) }));
    account.nowMs = inHours(2);
    expect(account.accept(debitCredits(1n)).atMs).toBe(inHours(5));
    expect(account.accept(placeHold(1n), 'hold')).toMatchObject({ expiresAtMs: inHours(5) + 900_000 });
    account.nowMs = inHours(10);
    account.accept(grantCredits(1n));
    account.nowMs = inHours(6);
    expect(account.pool().settledMicros).toBe(CREDIT);
    expect(account.state().atMs).toBe(inHours(10));
  });

  it('gives each missed period its own lot, however long the account was asleep', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { every: 'day', rollover: 'all' }));
    const { entries, state } = advance(account.stored(), START_MS + 3 * DAY_MS);
    expect(kindsAt(entries)).toEqual([
      ['PeriodStarted', 24],
      ['PeriodStarted', 48],
      ['PeriodStarted', 72],
    ]);
    expect(state.pools[0]?.lots).toHaveLength(4);
    expect(state.pools[0]?.settledMicros).toBe(40n * CREDIT);
  });

  it('repays an overdraft with what a period begins with, carried credits among it', () => {
    const account = openScenario(
      openAccount({ overdraft: [{ pool: 'standard', limitMicros: 20n * CREDIT }] }),
    );
    const rollover = { maxMicros: 10n * CREDIT };
    account.accept(grantRecurring(10n, { every: 'day', rollover }));
    account.accept(debitCredits(10n), 'first');
    account.accept(debitCredits(15n));
    account.accept(refundDebit('first'));
    const { entries, state } = advance(account.stored(), inHours(24));
    expect(entries).toMatchObject([{ kind: 'PeriodStarted', repaidMicros: 15n * CREDIT }]);
    expect(state.pools[0]?.lots).toMatchObject([{ freeMicros: 5n * CREDIT }, { freeMicros: 20n * CREDIT }]);
  });

  it('does the same in one step as in two', () => {
    fc.assert(
      fc.property(randomLife, fc.nat({ max: 500 }), fc.nat({ max: 500 }), (steps, first, second) => {
        const account = openScenario();
        for (const step of steps) {
          const command = takeStep(step, account);
          if (command !== null) account.attempt(command);
        }
        const stored = account.stored();
        const middle = advance(stored, stored.atMs + first * HOUR_MS);
        const twice = advance(middle.state, stored.atMs + (first + second) * HOUR_MS);
        const once = advance(stored, stored.atMs + (first + second) * HOUR_MS);
        expect([...middle.entries, ...twice.entries]).toEqual(once.entries);
        expect(twice.state).toEqual(once.state);
        expect(once.entries.reduce(evolve, stored)).toEqual(once.state);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what returns to a lot that has ended', () => {
  it('expires at once, in an entry of its own that comes after the return', () => {
    const account = openScenario();
    account.accept(grantCredits(10n, { expiresAtMs: inHours(5) }));
    account.accept(debitCredits(4n), 'debit');
    account.nowMs = inHours(9);
    account.accept(refundDebit('debit'));
    expect(kindsAt(account.entries.slice(-3))).toEqual([
      ['LotExpired', 5],
      ['DebitRefunded', 9],
      ['LotExpired', 9],
    ]);
    expect(account.last('LotExpired').amountMicros).toBe(4n * CREDIT);
    expect(account.pool().settledMicros).toBe(0n);
  });
});
