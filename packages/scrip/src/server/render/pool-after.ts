import { formatMicros } from '../../core/credits.ts';
import type { Returned } from '../../core/entry.ts';

interface ChangedPool {
  readonly version: number;
  readonly settledMicros: bigint;
  readonly heldMicros: bigint;
  readonly returned?: readonly Returned[];
}

export interface PoolAfterChange {
  readonly balance: { readonly settled: string; readonly held: string; readonly available: string };
  readonly version: number;
}

const NOTHING_EXPIRED: ReadonlySet<number> = new Set();

/**
 * The pool's balance and the account's version once a change has taken full effect: what returned to lots that had
 * ended has expired at once, each lot in an entry of its own right after the change's.
 */
export function poolAfterChange(entry: ChangedPool): PoolAfterChange {
  let { settledMicros } = entry;
  let expiredLots: ReadonlySet<number> = NOTHING_EXPIRED;
  if (entry.returned !== undefined) {
    const expired = entry.returned.filter((one) => one.expired);
    for (const { amountMicros } of expired) settledMicros -= amountMicros;
    expiredLots = new Set(expired.map(({ lot }) => lot));
  }
  const settled = formatMicros(settledMicros);
  const { heldMicros } = entry;
  const available = heldMicros === 0n ? settled : formatMicros(settledMicros - heldMicros);
  return {
    balance: { settled, held: formatMicros(heldMicros), available },
    version: entry.version + expiredLots.size,
  };
}
