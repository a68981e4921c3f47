import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, openScenario, START_MS } from '../../../../test/support/account-scenario.ts';
import {
  captureHold,
  changeAccount,
  CREDIT,
  debitCredits,
  grantCredits,
  grantRecurring,
  openAccount,
  placeHold,
  setOverdraft,
  voidGrant,
} from '../../../../test/support/commands.ts';
import { advance, nextDueMs } from './advance.ts';
import { MAX_MICROS } from './credits.ts';
import type { Entry } from './entry.ts';

const inHours = (hours: number) => START_MS + hours * HOUR_MS;
const kindsAt = (entries: readonly Entry[]) =>
  entries.map(({ kind, atMs }) => [kind, (atMs - START_MS) / HOUR_MS]);

describe('a period of a recurring grant', () => {
  it('takes its credits with it when nothing rolls over', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n));
    account.accept(debitCredits(4n));
    account.nowMs = Date.parse('2026-04-10T12:00:00Z');
    expect(account.pool().settledMicros).toBe(10n * CREDIT);
    expect(account.pool().lots).toMatchObject([{ expiresAtMs: Date.parse('2026-05-10T12:00:00Z') }]);
  });

  it('leaves its credits when all rolls over, also after the series has ended', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { rollover: 'all', expiresAtMs: START_MS + 40 * DAY_MS }));
    account.accept(debitCredits(4n));
    account.nowMs = START_MS + 400 * DAY_MS;
    expect(account.pool().settledMicros).toBe(16n * CREDIT);
    expect(account.state().series).toEqual([]);
  });

  it('carries up to a maximum into the next lot, and forfeits the rest', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { rollover: { maxMicros: 3n * CREDIT } }), 'plan');
    account.accept(debitCredits(4n));
    account.nowMs = Date.parse('2026-04-10T12:00:00Z');
    const { entries } = advance(account.stored(), account.nowMs);
    expect(entries).toMatchObject([
      {
        kind: 'PeriodStarted',
        grantId: 'plan',
        amountMicros: 10n * CREDIT,
        carried: { lot: 2, carriedMicros: 3n * CREDIT, forfeitedMicros: 3n * CREDIT },
        settledMicros: 13n * CREDIT,
      },
    ]);
    expect(account.pool().lots).toMatchObject([{ version: 4, freeMicros: 13n * CREDIT }]);
    account.nowMs = Date.parse('2026-05-10T12:00:00Z');
    expect(account.pool().settledMicros).toBe(13n * CREDIT);
  });

  it('carries all that is left when that is less than the maximum, and nothing when nothing is left', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { rollover: { maxMicros: 3n * CREDIT } }));
    account.accept(debitCredits(8n));
    account.nowMs = Date.parse('2026-04-10T12:00:00Z');
    account.accept(debitCredits(12n));
    expect(account.last('PeriodStarted').carried).toMatchObject({
      carriedMicros: 2n * CREDIT,
      forfeitedMicros: 0n,
    });
    account.nowMs = Date.parse('2026-05-10T12:00:00Z');
    expect(account.pool().settledMicros).toBe(10n * CREDIT);
    expect(advance(account.stored(), account.nowMs).entries).toMatchObject([{ carried: null }]);
  });

  it('carries what a hold gives back at the very end of the period, and not what comes back later', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { every: 'day', rollover: { maxMicros: 8n * CREDIT } }));
    account.accept(placeHold(6n, { ttlSeconds: 24 * 3600 }));
    account.nowMs = START_MS + DAY_MS;
    const { entries } = advance(account.stored(), account.nowMs);
    expect(entries).toMatchObject([
      { kind: 'HoldExpired', returned: [{ expired: false }] },
      { kind: 'PeriodStarted', carried: { carriedMicros: 8n * CREDIT, forfeitedMicros: 2n * CREDIT } },
    ]);
    account.accept(placeHold(18n, { ttlSeconds: 24 * 3600 }), 'hold');
    account.nowMs += DAY_MS - HOUR_MS;
    account.accept(captureHold('hold', 8n));
    account.accept(placeHold(10n, { ttlSeconds: 2 * 3600 }));
    account.nowMs += HOUR_MS;
    account.accept(debitCredits(1n));
    account.nowMs += HOUR_MS;
    const later = advance(account.stored(), account.nowMs).entries;
    expect(later).toMatchObject([
      { kind: 'HoldExpired', returned: [{ expired: true, amountMicros: 10n * CREDIT }] },
      { kind: 'LotExpired', amountMicros: 10n * CREDIT, atMs: account.nowMs },
    ]);
    expect(account.pool().settledMicros).toBe(9n * CREDIT);
  });

  it('is the last one when the next would start at the series’ end or after it', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { every: 'day', expiresAtMs: START_MS + 2 * DAY_MS }));
    account.accept(grantRecurring(1n, { every: 'day', expiresAtMs: START_MS + 2 * DAY_MS + HOUR_MS }));
    const { entries } = advance(account.stored(), START_MS + 30 * DAY_MS);
    expect(kindsAt(entries)).toEqual([
      ['LotExpired', 24],
      ['LotExpired', 24],
      ['PeriodStarted', 24],
      ['PeriodStarted', 24],
      ['LotExpired', 48],
      ['LotExpired', 48],
      ['PeriodStarted', 48],
      ['LotExpired', 49],
    ]);
  });

  it('repays the overdraft first', () => {
    const account = openScenario();
    account.accept(setOverdraft(20n));
    account.accept(grantRecurring(10n, { every: 'day' }));
    account.accept(debitCredits(17n));
    account.nowMs = START_MS + DAY_MS;
    expect(advance(account.stored(), account.nowMs).entries).toMatchObject([
      { kind: 'PeriodStarted', amountMicros: 10n * CREDIT, repaidMicros: 7n * CREDIT },
    ]);
    expect(account.pool().lots).toMatchObject([
      { freeMicros: 3n * CREDIT },
      { version: 0, freeMicros: 20n * CREDIT },
    ]);
  });

  it('starts in the account’s time zone of the day of the grant, also when the account moves', () => {
    const account = openScenario(openAccount({ timezone: 'Europe/Paris' }));
    account.accept(grantRecurring(10n));
    account.accept(changeAccount({ timezone: 'America/New_York' }));
    // 12:00 UTC is 13:00 in Paris before its clocks change, and 13:00 there is 11:00 UTC afterwards.
    expect(nextDueMs(account.stored())).toBe(Date.parse('2026-04-10T11:00:00Z'));
  });

  it('gives what fits when its amount would exceed 64 bits, because time cannot be refused', () => {
    const account = openScenario();
    account.accept(grantCredits(0n, { amountMicros: MAX_MICROS - 15n * CREDIT }));
    account.accept(grantRecurring(10n, { every: 'day', rollover: 'all' }));
    account.nowMs = START_MS + 2 * DAY_MS;
    expect(account.pool().settledMicros).toBe(MAX_MICROS);
  });

  it('has the room of what it takes the place of', () => {
    const account = openScenario();
    const rollover = { maxMicros: 1n };
    account.accept(grantRecurring(0n, { every: 'day', rollover, amountMicros: MAX_MICROS }));
    account.nowMs = START_MS + DAY_MS;
    expect(account.pool().settledMicros).toBe((MAX_MICROS / CREDIT) * CREDIT + 1n);
  });

  it('gives whole credits where not all of it fits, so that a pool without decimals never has a part of one', () => {
    const account = openScenario();
    account.accept(setOverdraft(9_223_372_036_854n, 'email'));
    account.accept(grantRecurring(100n, { pool: 'email', startsAtMs: inHours(1) }));
    account.nowMs = inHours(1);
    expect(account.pool('email').settledMicros).toBe(9_223_372_036_854n * CREDIT);
  });

  it('gives all of it where it just fits, to the last part of a credit', () => {
    const account = openScenario();
    account.accept(grantCredits(0n, { amountMicros: MAX_MICROS - 7n }));
    account.accept(grantRecurring(0n, { amountMicros: 7n, startsAtMs: inHours(1) }));
    account.nowMs = inHours(1);
    expect(account.pool().settledMicros).toBe(MAX_MICROS);
  });

  it('of a closed account never starts, while its lots and holds still end', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { every: 'day', rollover: { maxMicros: 5n * CREDIT } }));
    account.accept(placeHold(2n));
    account.accept({ kind: 'CloseAccount' });
    const { entries, state } = advance(account.stored(), START_MS + 9 * DAY_MS);
    expect(entries.map(({ kind }) => kind)).toEqual(['HoldExpired', 'LotExpired']);
    expect(state.pools[0]?.settledMicros).toBe(0n);
  });
});

describe('a grant whose start lies ahead', () => {
  it('gives its lot at its start, and ends with its expiry', () => {
    const account = openScenario();
    account.accept(
      grantCredits(10n, { startsAtMs: inHours(3), expiresAtMs: inHours(8), priority: 4 }),
      'pack',
    );
    expect(account.pool()).toMatchObject({ settledMicros: 0n, lots: [] });
    const { entries, state } = advance(account.stored(), inHours(3));
    expect(entries).toMatchObject([
      { kind: 'PeriodStarted', atMs: inHours(3), lotKind: 'one-time', nextAtMs: null },
    ]);
    expect(state.series).toEqual([]);
    expect(state.pools[0]?.lots).toMatchObject([
      { grantId: 'pack', kind: 'one-time', priority: 4, grantedAtMs: inHours(3), expiresAtMs: inHours(8) },
    ]);
    expect(kindsAt(advance(state, inHours(9)).entries)).toEqual([['LotExpired', 8]]);
  });

  it('never starts once it is void', () => {
    const account = openScenario();
    account.accept(grantRecurring(10n, { startsAtMs: inHours(3) }), 'plan');
    account.accept(voidGrant('plan'));
    expect(nextDueMs(account.stored())).toBe(Infinity);
  });
});
