import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, openScenario, START_MS } from '../../../../test/support/account-scenario.ts';
import {
  captureHold,
  CREDIT,
  debitCredits,
  grantCredits,
  placeHold,
  quantityOf,
  refundDebit,
  releaseHold,
} from '../../../../test/support/commands.ts';
import { addDays, dayOf } from './calendar.ts';
import { dayStarts, daysRange, SLOT_MS, slotOf, sumUsage, usageDay, usageOf } from './usage.ts';

const at = (text: string) => Date.parse(text);

function openWithCredits() {
  const account = openScenario();
  account.accept(grantCredits(100n));
  return account;
}

describe('usage', () => {
  it('is what debits take, by slot, pool, action and key', () => {
    const account = openWithCredits();
    account.attempt(debitCredits(quantityOf('sms', 3n)), { actor: 'gateway' });
    const entry = account.last('CreditsDebited');
    expect(usageOf(entry)).toEqual({
      slotMs: START_MS,
      pool: 'standard',
      action: 'sms',
      key: 'gateway',
      usedMicros: 3n * CREDIT,
      calls: 1,
    });
  });

  it('is counted when a hold is captured, and not when it is placed, released or expires', () => {
    const account = openWithCredits();
    account.accept(placeHold(quantityOf('sms', 3n)), 'a');
    account.accept(captureHold('a', 2n));
    account.accept(placeHold(4n), 'b');
    account.accept(releaseHold('b'));
    account.accept(placeHold(5n), 'c');
    account.nowMs += DAY_MS;
    account.accept(grantCredits(1n));
    const changes = account.entries.map(usageOf).filter((change) => change !== null);
    expect(changes).toMatchObject([{ action: 'sms', usedMicros: 2n * CREDIT, calls: 1 }]);
    expect(account.last('HoldExpired').amountMicros).toBe(5n * CREDIT);
  });

  it('is placed by the time at which it occurred, where the caller says so', () => {
    const account = openWithCredits();
    account.accept(debitCredits(1n, at('2026-03-01T10:44:59.999Z')));
    expect(usageOf(account.last('CreditsDebited'))?.slotMs).toBe(at('2026-03-01T10:30:00Z'));
  });

  it('of a refunded debit is lowered on the debit’s own day and key, and its call is gone with its last credit', () => {
    const account = openWithCredits();
    account.attempt(debitCredits(quantityOf('sms', 3n), START_MS - DAY_MS), {
      id: 'debit',
      actor: 'gateway',
    });
    account.nowMs += 5 * DAY_MS;
    account.attempt(refundDebit('debit', 1n), { actor: 'support' });
    expect(usageOf(account.last('DebitRefunded'))).toEqual({
      slotMs: START_MS - DAY_MS,
      pool: 'standard',
      action: 'sms',
      key: 'gateway',
      usedMicros: -CREDIT,
      calls: 0,
    });
    account.attempt(refundDebit('debit'), { actor: 'support' });
    expect(usageOf(account.last('DebitRefunded'))).toMatchObject({ usedMicros: -2n * CREDIT, calls: -1 });
    const total = sumUsage(
      account.entries.map(usageOf).filter((change) => change !== null),
      () => '',
    );
    expect(total).toEqual(new Map([['', { usedMicros: 0n, calls: 0 }]]));
  });
});

describe('a day of usage', () => {
  it('is a day in the account’s time zone, and another when the account moves', () => {
    const account = openWithCredits();
    account.accept(debitCredits(1n, at('2026-03-09T23:30:00Z')));
    const change = usageOf(account.last('CreditsDebited'));
    const dayIn = (timezone: string) => (change === null ? null : usageDay(change, timezone));
    expect(dayIn('UTC')).toBe('2026-03-09');
    expect(dayIn('Europe/Paris')).toBe('2026-03-10');
    expect(dayIn('America/New_York')).toBe('2026-03-09');
  });

  it('has 23, 24 or 25 hours, and includes both ends of a range', () => {
    const hoursOf = (start: string, end = start) => {
      const { fromMs, toMs } = daysRange({ start, end }, 'Europe/Paris');
      return (toMs - fromMs) / 3_600_000;
    };
    expect([hoursOf('2026-03-29'), hoursOf('2026-03-30'), hoursOf('2026-10-25')]).toEqual([23, 24, 25]);
    expect(hoursOf('2026-03-28', '2026-03-30')).toBe(71);
  });

  it.each([
    ['2026-03-27', '2026-03-31', 'Europe/Paris'],
    ['2011-12-28', '2012-01-02', 'Pacific/Apia'],
    ['9999-12-30', '9999-12-31', 'UTC'],
    ['2026-01-01', '2026-01-01', 'America/New_York'],
  ])('begins at an instant of its own, each from %s to %s in %s', (start, end, timezone) => {
    const starts = dayStarts({ start, end }, timezone);
    const days = starts.map((_, at) => addDays(start, at));
    expect(days.at(-1)).toBe(end);
    expect(starts).toEqual(days.map((day) => daysRange({ start: day, end: day }, timezone).fromMs));
  });

  it('is made of whole slots in every zone, so that no slot lies in two days', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    const instant = fc.integer({ min: at('2016-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(instant, fc.constantFrom(...zones), (atMs, timezone) => {
        const day = dayOf(atMs, timezone);
        const { fromMs, toMs } = daysRange({ start: day, end: day }, timezone);
        expect([fromMs % SLOT_MS, toMs % SLOT_MS]).toEqual([0, 0]);
        expect(dayOf(slotOf(atMs), timezone)).toBe(day);
        expect(daysRange({ start: addDays(day, 1), end: addDays(day, 1) }, timezone).fromMs).toBe(toMs);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a sum of usage', () => {
  it('is by whatever names a group, and the groups add up to the whole', () => {
    const account = openWithCredits();
    account.attempt(debitCredits(quantityOf('sms', 1n)), { actor: 'a' });
    account.attempt(debitCredits(quantityOf('search', 5n)), { actor: 'a' });
    account.attempt(debitCredits(quantityOf('sms', 2n)), { actor: 'b' });
    const changes = account.entries.map(usageOf).filter((change) => change !== null);
    expect(sumUsage(changes, ({ action }) => action ?? '')).toEqual(
      new Map([
        ['sms', { usedMicros: 3n * CREDIT, calls: 2 }],
        ['search', { usedMicros: CREDIT, calls: 1 }],
      ]),
    );
    expect(sumUsage(changes, ({ key }) => key ?? '').get('a')).toEqual({ usedMicros: 2n * CREDIT, calls: 2 });
    expect(sumUsage([], () => '')).toEqual(new Map());
  });
});
