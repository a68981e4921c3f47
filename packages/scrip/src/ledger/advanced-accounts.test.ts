import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountScenario } from '../../../../test/support/account-scenario.ts';
import { DAY_MS, openScenario, START_MS } from '../../../../test/support/account-scenario.ts';
import { debitCredits, grantRecurring } from '../../../../test/support/commands.ts';
import { advance } from '../core/advance.ts';
import { createAdvancedAccounts } from './advanced-accounts.ts';

const inDays = (days: number) => START_MS + days * DAY_MS;

describe('an account on which time has done much', () => {
  let account: AccountScenario;
  beforeEach(() => {
    account = openScenario();
    account.accept(grantRecurring(5n, { every: 'day', rollover: 'all' }));
  });

  it('is advanced once, and goes on from there', () => {
    const advanceKept = createAdvancedAccounts();
    const stored = account.stored();
    const first = advanceKept(stored, inDays(40));
    expect(advanceKept(stored, inDays(40.9))).toBe(first);
    const later = advanceKept(stored, inDays(42));
    expect(later).toEqual(advance(stored, inDays(42)));
    expect(later.entries[0]).toBe(first.entries[0]);
    expect(advanceKept(stored, inDays(42.9))).toBe(later);
  });

  it('is what it was then where the clock is set back', () => {
    const advanceKept = createAdvancedAccounts();
    const stored = account.stored();
    for (const days of [40, 30, 0.5, 50])
      expect(advanceKept(stored, inDays(days))).toEqual(advance(stored, inDays(days)));
  });

  it('is another as soon as it has changed', () => {
    const advanceKept = createAdvancedAccounts();
    advanceKept(account.stored(), inDays(40));
    account.accept(debitCredits(1n));
    expect(advanceKept(account.stored(), inDays(40))).toEqual(advance(account.stored(), inDays(40)));
  });

  it('is kept as long as there is room, and the latest the longest', () => {
    const advanceKept = createAdvancedAccounts(100);
    const states = ['a', 'b', 'c'].map((id) => ({ ...account.stored(), id }));
    const [a, b, c] = states.map((state) => advanceKept(state, inDays(40)));
    const again = states.toReversed().map((state) => advanceKept(state, inDays(40)));
    expect(again[0]).toBe(c);
    expect(again[1]).toBe(b);
    expect(again[2]).not.toBe(a);
    const tooLarge = advanceKept(account.stored(), inDays(101));
    expect(advanceKept(account.stored(), inDays(101))).not.toBe(tooLarge);
  });
});
