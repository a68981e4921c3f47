import type { AccountState } from '../../core/account.ts';

/**
 * Whether a snapshot of an account is written, so many entries after the last one. A large state is written more rarely,
 * so that snapshots cost each entry about the same.
 */
export function isSnapshotDue(
  { pools, holds }: AccountState,
  { since, every }: { readonly since: number; readonly every: number },
): boolean {
  if (since < every) return false;
  const lots = pools.reduce((count, pool) => count + pool.lots.length, 0);
  return since >= lots + (holds?.size ?? 0);
}
