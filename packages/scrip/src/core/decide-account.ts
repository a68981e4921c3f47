import type { OverdraftLimit } from './account.ts';
import { findPool, OVERDRAFT_LOT } from './account.ts';
import { checkAmount } from './charge.ts';
import { currentCard } from './rate-card.ts';
import { isInRange } from './credits.ts';
import type { ChangeAccount, OpenAccount } from './command.ts';
import type { Decision, Facts, Rejection, Situation } from './decision.ts';
import { accept, nextBase, reject } from './decision.ts';
import type { AccountChanged, AccountClosed, AccountOpened, Change, PersonalDataErased } from './entry.ts';
import { overdrawnMicros } from './lots.ts';

export function decideOpenAccount(
  command: OpenAccount,
  { accountId, change, nowMs, facts }: { accountId: string; change: Change; nowMs: number; facts: Facts },
): Decision<AccountOpened> {
  const rejection = checkOverdraft(command.overdraft, facts);
  if (rejection !== null) return reject(rejection);
  return accept({
    kind: 'AccountOpened',
    accountId,
    version: 1,
    atMs: nowMs,
    change,
    timezone: command.timezone,
    overdraft: command.overdraft.filter(({ limitMicros }) => limitMicros > 0n),
    setsName: command.setsName,
    setsMetadata: command.setsMetadata,
  });
}

export function decideChangeAccount(command: ChangeAccount, situation: Situation): Decision<AccountChanged> {
  const { state, facts } = situation;
  if (state.closedAtMs !== null) return reject({ code: 'account-closed' });
  const rejection = checkOverdraft(command.overdraft, facts);
  if (rejection !== null) return reject(rejection);
  for (const { pool: id, limitMicros } of command.overdraft) {
    const pool = findPool(state, id);
    const overdraft = pool?.lots.find((lot) => lot.version === OVERDRAFT_LOT);
    const usedMicros = pool === undefined ? 0n : overdrawnMicros(pool) + (overdraft?.heldMicros ?? 0n);
    if (limitMicros < usedMicros) return reject({ code: 'overdraft-in-use', pool: id, usedMicros });
    const settledMicros = (pool?.settledMicros ?? 0n) - (pool?.overdraftMicros ?? 0n) + limitMicros;
    if (!isInRange(settledMicros)) return reject({ code: 'amount-too-large' });
  }
  const { timezone, setsName, setsMetadata } = command;
  // No overdraft where there is no pool changes nothing, and makes no pool.
  const overdraft = command.overdraft.filter(
    ({ pool, limitMicros }) => limitMicros > 0n || findPool(state, pool) !== undefined,
  );
  return accept({
    kind: 'AccountChanged',
    ...nextBase(situation),
    timezone,
    overdraft,
    setsName,
    setsMetadata,
  });
}

export function decideCloseAccount(situation: Situation): Decision<AccountClosed> {
  if (situation.state.closedAtMs !== null) return reject({ code: 'account-closed' });
  return accept({ kind: 'AccountClosed', ...nextBase(situation) });
}

/** Also of a closed account: that is when most are erased. */
export function decideErasePersonalData(situation: Situation): Decision<PersonalDataErased> {
  return accept({ kind: 'PersonalDataErased', ...nextBase(situation) });
}

function checkOverdraft(limits: readonly OverdraftLimit[], facts: Facts): Rejection | null {
  if (limits.length === 0) return null;
  const card = currentCard(facts.rateCards);
  for (const { pool, limitMicros } of limits) {
    const rejection = checkAmount(limitMicros, pool, card);
    // A limit of zero takes the overdraft away.
    if (rejection !== null && !(rejection.code === 'amount-not-positive' && limitMicros === 0n))
      return rejection;
    if (!isInRange(limitMicros)) return { code: 'amount-too-large' };
  }
  return null;
}
