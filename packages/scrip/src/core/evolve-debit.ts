import type { AccountState, PoolState } from './account.ts';
import { findPool } from './account.ts';
import type { CreditsDebited } from './entry.ts';
import { changeLots, emptyPool, taken } from './lots.ts';

/** The account is copied once and member by member: nearly all entries are debits. */
export function evolveDebit(state: AccountState, entry: CreditsDebited): AccountState {
  const { version, atMs, draws } = entry;
  const { id, createdAtMs, closedAtMs, timezone, nameVersion, metadataVersion, erasedVersion } = state;
  const { series, voided, holds, keys, rateCards } = state;
  const pools = draws.length === 0 ? state.pools : poolsAfterDebit(state, entry);
  return {
    id,
    version,
    atMs,
    createdAtMs,
    closedAtMs,
    timezone,
    nameVersion,
    metadataVersion,
    erasedVersion,
    pools,
    series,
    voided,
    holds,
    keys,
    rateCards,
  };
}

function poolsAfterDebit(state: AccountState, { pool: id, draws, atMs }: CreditsDebited): PoolState[] {
  const before = findPool(state, id) ?? emptyPool(id, state.atMs);
  const after = changeLots(before, taken(draws), atMs);
  const pools = state.pools.slice();
  const index = pools.indexOf(before);
  if (index === -1) pools.push(after);
  else pools[index] = after;
  return pools;
}
