import type { AccountState, Lot, PoolState, Series } from './account.ts';
import { availableMicros } from './account.ts';
import type { RateCard } from './rate-card.ts';

export interface Upcoming {
  readonly atMs: number;
  readonly amountMicros: bigint;
}

export interface PoolBalance {
  readonly pool: string;
  readonly settledMicros: bigint;
  readonly heldMicros: bigint;
  readonly availableMicros: bigint;
  /** The parts of what is available, by the kind of their grants. The overdraft counts as one-time. */
  readonly oneTimeMicros: bigint;
  readonly recurringMicros: bigint;
  readonly nextExpiry: Upcoming | null;
  readonly nextGrant: Upcoming | null;
}

/** The balance of each pool that ever had a grant or has an overdraft, in the rate card's order. */
export function balanceOf(state: AccountState, card: RateCard): PoolBalance[] {
  const order = new Map(card.pools.map((pool, index) => [pool.id, index]));
  const pools = state.pools.toSorted((a, b) => (order.get(a.pool) ?? 0) - (order.get(b.pool) ?? 0));
  return pools.map((pool) => poolBalance(state, pool));
}

function poolBalance(state: AccountState, pool: PoolState): PoolBalance {
  let recurringMicros = 0n;
  for (const lot of pool.lots) if (lot.kind === 'recurring') recurringMicros += lot.freeMicros;
  const available = availableMicros(pool);
  return {
    pool: pool.pool,
    settledMicros: pool.settledMicros,
    heldMicros: pool.heldMicros,
    availableMicros: available,
    oneTimeMicros: available - recurringMicros,
    recurringMicros,
    nextExpiry: earliest(pool.lots.map((lot) => expiryOf(lot, state.series))),
    nextGrant: earliest(
      state.series
        .filter((series) => series.pool === pool.pool)
        .map(({ nextAtMs: atMs, amountMicros }) => ({ atMs, amountMicros })),
    ),
  };
}

/** What of a lot will expire unless it is used: all that is free, less what the next period carries over. */
function expiryOf(lot: Lot, series: readonly Series[]): Upcoming | null {
  if (lot.expiresAtMs === null) return null;
  const successor = series.find((one) => one.currentLot === lot.version && one.nextAtMs === lot.expiresAtMs);
  const maxMicros = typeof successor?.rollover === 'object' ? successor.rollover.maxMicros : 0n;
  const amountMicros = lot.freeMicros - maxMicros;
  return amountMicros > 0n ? { atMs: lot.expiresAtMs, amountMicros } : null;
}

function earliest(upcoming: readonly (Upcoming | null)[]): Upcoming | null {
  let first: Upcoming | null = null;
  for (const one of upcoming) {
    if (one === null) continue;
    if (first === null || one.atMs < first.atMs) first = one;
    else if (one.atMs === first.atMs)
      first = { atMs: one.atMs, amountMicros: first.amountMicros + one.amountMicros };
  }
  return first;
}
