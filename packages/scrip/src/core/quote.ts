import type { AccountState } from './account.ts';
import { availableMicros, findPool } from './account.ts';
import type { Priced } from './charge.ts';
import { priceAction } from './charge.ts';
import { isInRange } from './credits.ts';
import type { Rejection } from './decision.ts';
import type { RateCard } from './rate-card.ts';

export interface QuoteLine {
  readonly action: string;
  readonly quantityMicros: bigint;
}

export interface PoolQuote {
  readonly pool: string;
  readonly requiredMicros: bigint;
  readonly availableMicros: bigint;
  /** What is missing; 0 when the pool has enough. */
  readonly shortfallMicros: bigint;
}

export interface Quote {
  readonly affordable: boolean;
  readonly pools: readonly PoolQuote[];
  readonly lines: readonly Priced[];
}

/**
 * A dry run: prices each line as a debit would, and compares each pool's sum with what is available. Rejected at the
 * first line that has no price, or with which a sum is more than an amount can be.
 */
export function quote(
  state: AccountState,
  lines: readonly QuoteLine[],
  card: RateCard,
): { ok: true; quote: Quote } | { ok: false; rejection: Rejection; line: number } {
  const priced: Priced[] = [];
  const required = new Map<string, bigint>();
  for (const [index, { action, quantityMicros }] of lines.entries()) {
    const charged = priceAction(action, quantityMicros, card);
    if (!charged.ok) return { ...charged, line: index };
    priced.push(charged.priced);
    const { pool, amountMicros } = charged.priced;
    const requiredMicros = (required.get(pool) ?? 0n) + amountMicros;
    if (!isInRange(requiredMicros))
      return { ok: false, rejection: { code: 'amount-too-large' }, line: index };
    required.set(pool, requiredMicros);
  }
  const pools = card.pools.flatMap(({ id }) => {
    const requiredMicros = required.get(id);
    return requiredMicros === undefined ? [] : [quotePool(state, id, requiredMicros)];
  });
  return {
    ok: true,
    quote: { affordable: pools.every((pool) => pool.shortfallMicros === 0n), pools, lines: priced },
  };
}

function quotePool(state: AccountState, id: string, requiredMicros: bigint): PoolQuote {
  const pool = findPool(state, id);
  const available = pool === undefined ? 0n : availableMicros(pool);
  const missing = requiredMicros - available;
  return {
    pool: id,
    requiredMicros,
    availableMicros: available,
    shortfallMicros: missing > 0n ? missing : 0n,
  };
}
