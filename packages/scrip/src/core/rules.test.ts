import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountScenario } from '../../../../test/support/account-scenario.ts';
import { CARD, deepFreeze, openScenario } from '../../../../test/support/account-scenario.ts';
import { checkAccount } from '../../../../test/support/check-account.ts';
import { createJournalCheck } from '../../../../test/support/check-journal.ts';
import type { Step } from '../../../../test/support/random-commands.ts';
import { randomLife, takeStep } from '../../../../test/support/random-commands.ts';
import { nextDueMs } from './advance.ts';
import { addDays, dayOf } from './calendar.ts';
import type { Decision } from './decision.ts';
import type { UsageChange } from './usage.ts';
import { daysRange, sumUsage, usageDay, usageOf } from './usage.ts';

/** A refusal for want of credits tells the truth, and says whether holds are what is in the way. */
function checkRefusal(decision: Decision): void {
  if (decision.ok || decision.rejection.code !== 'insufficient-credits') return;
  const { requiredMicros, availableMicros, settledMicros, heldMicros, reason } = decision.rejection;
  expect(availableMicros).toBe(settledMicros - heldMicros);
  expect(requiredMicros).toBeGreaterThan(availableMicros);
  expect(reason).toBe(settledMicros >= requiredMicros ? 'holds' : 'balance');
}

function live(steps: readonly Step[], afterStep: (account: AccountScenario) => void = () => {}) {
  const account = openScenario();
  for (const step of steps) {
    const command = takeStep(step, account);
    const before = account.stored();
    const decision = command === null ? null : account.attempt(command);
    if (decision !== null) checkRefusal(decision);
    if (decision?.ok === false) expect(account.stored()).toBe(before);
    afterStep(account);
  }
  return account;
}

function usageOfAll({ entries }: AccountScenario): UsageChange[] {
  return entries.map(usageOf).filter((change) => change !== null);
}

describe('a random life of an account', () => {
  it('keeps every rule of credits at every step, and is the same when its journal is replayed', () => {
    fc.assert(
      fc.property(randomLife, (steps) => {
        const journal = createJournalCheck(CARD);
        live(steps, (account) => {
          for (const entry of account.entries.slice(journal.state()?.version ?? 0)) journal.add(entry);
          journal.end();
          expect(journal.state()).toEqual(account.stored());
          const now = deepFreeze(account.state());
          checkAccount(now, CARD);
          expect(nextDueMs(now)).toBeGreaterThan(account.nowMs);
        });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    'UTC',
    'Europe/Paris',
    'Asia/Kathmandu',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
  ])('has usage whose days in %s sum exactly to the range’s total, each debit on its own day', (timezone) => {
    fc.assert(
      fc.property(randomLife, (steps) => {
        const account = live(steps);
        const changes = usageOfAll(account);
        const days = sumUsage(changes, (change) => usageDay(change, timezone));
        // Each debit's own time, not its slot's, and less what was refunded of it, whenever that was.
        const expected = new Map<string, bigint>();
        for (const entry of account.entries) {
          if (entry.kind !== 'CreditsDebited' && entry.kind !== 'HoldCaptured') continue;
          const refunded = account.entries.filter(
            (one) => one.kind === 'DebitRefunded' && one.debitVersion === entry.version,
          );
          const day = dayOf(entry.occurredAtMs ?? entry.atMs, timezone);
          const left = refunded.reduce(
            (rest, one) => rest - (one.kind === 'DebitRefunded' ? one.amountMicros : 0n),
            entry.amountMicros,
          );
          expected.set(day, (expected.get(day) ?? 0n) + left);
        }
        expect(new Map([...days].map(([day, { usedMicros }]) => [day, usedMicros]))).toEqual(expected);
        for (const day of days.keys()) {
          const end = addDays(day, 40);
          const { fromMs, toMs } = daysRange({ start: day, end }, timezone);
          const inRange = changes.filter(({ slotMs }) => slotMs >= fromMs && slotMs < toMs);
          const ofDays = [...days].filter(([one]) => one >= day && one <= end);
          expect(sumUsage(inRange, () => '').get('')?.usedMicros).toBe(
            ofDays.reduce((total, [, { usedMicros }]) => total + usedMicros, 0n),
          );
        }
      }),
      { numRuns: 25 },
    );
  });
});
