import { DAY_MS } from '../core/calendar.ts';
import type { AccountOpened } from '../core/entry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { TrialGrant } from '../config/settings.ts';

/** The id of the trial grant, the same on every account. */
export const TRIAL_GRANT_ID = 'trial';

/** Ids are known for so long at least: later, none tells whether the trial was given, and used up. */
const RETRIED_WITHIN_MS = DAY_MS;

/**
 * Gives a new account its trial credits. If the process dies between the opening and this grant, the retry of the
 * opening comes here again, within a day: the grant's id and terms follow from the opening's entry alone, so that it
 * is made once, whoever finishes. A refusal leaves the account as it is: the trial has been given under other
 * settings, or its time is over.
 */
export async function grantTrial(
  ledger: Ledger,
  opened: AccountOpened,
  { pool, amountMicros, expiresAfterDays }: TrialGrant,
): Promise<void> {
  if (ledger.now() - opened.atMs >= RETRIED_WITHIN_MS) return;
  await ledger.change({
    accountId: opened.accountId,
    id: TRIAL_GRANT_ID,
    actor: null,
    command: {
      kind: 'GrantCredits',
      pool,
      amountMicros,
      lotKind: 'one-time',
      every: null,
      rollover: 'none',
      startsAtMs: null,
      expiresAtMs: expiresAfterDays === null ? null : opened.atMs + expiresAfterDays * DAY_MS,
      priority: 0,
      price: null,
      source: 'trial',
    },
  });
}
