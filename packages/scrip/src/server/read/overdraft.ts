import type { OverdraftLimit } from '../../core/account.ts';
import type { Issue } from '../problem.ts';
import { readMicros } from './amount.ts';

/** Reads a map of pools to overdraft limits, in the order of the pools' ids, so that their order never counts. */
export function readOverdraft(
  overdraft: Readonly<Record<string, string | number>> | undefined,
  issues: Issue[],
): OverdraftLimit[] {
  return Object.entries(overdraft ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([pool, limit]) => ({ pool, limitMicros: readMicros(limit, `/overdraft/${pool}`, issues) }));
}
