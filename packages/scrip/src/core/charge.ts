import type { PoolState } from './account.ts';
import { availableMicros, findPool } from './account.ts';
import type { Charge } from './command.ts';
import { precisionMicros } from './credits.ts';
import type { Rejection, Situation } from './decision.ts';
import { emptyPool } from './lots.ts';
import type { RateCard } from './rate-card.ts';
import { findPoolTerms, findPrice, priceOf } from './rate-card.ts';

/** A charge with its price found. */
export interface Priced {
  readonly pool: string;
  readonly amountMicros: bigint;
  readonly action: string | null;
  readonly quantityMicros: bigint | null;
  readonly rateCardVersion: number | null;
}

/** Prices a charge by a rate card. An amount of its own must be above zero and fit the pool. */
export function priceCharge(
  charge: Charge,
  card: RateCard,
): { ok: true; priced: Priced } | { ok: false; rejection: Rejection } {
  if (charge.by === 'action') return priceAction(charge.action, charge.quantityMicros, card);
  const { pool, amountMicros } = charge;
  const rejection = checkAmount(amountMicros, pool, card);
  if (rejection !== null) return { ok: false, rejection };
  return {
    ok: true,
    priced: { pool, amountMicros, action: null, quantityMicros: null, rateCardVersion: null },
  };
}

/** Prices a quantity of an action; the quantity must be above zero. */
export function priceAction(
  action: string,
  quantityMicros: bigint,
  card: RateCard,
): { ok: true; priced: Priced } | { ok: false; rejection: Rejection } {
  const price = findPrice(card, action);
  if (price === undefined) return { ok: false, rejection: { code: 'unknown-action', action } };
  if (quantityMicros <= 0n) return { ok: false, rejection: { code: 'amount-not-positive' } };
  const terms = findPoolTerms(card, price.pool);
  if (terms === undefined) return { ok: false, rejection: { code: 'unknown-pool', pool: price.pool } };
  const amountMicros = priceOf(price, quantityMicros, terms.decimals);
  if (amountMicros === undefined) return { ok: false, rejection: { code: 'amount-too-large' } };
  const priced = { pool: price.pool, amountMicros, action, quantityMicros, rateCardVersion: card.version };
  return { ok: true, priced };
}

/** Why an amount cannot be one of this pool; null when it can. */
export function checkAmount(amountMicros: bigint, pool: string, card: RateCard): Rejection | null {
  const terms = findPoolTerms(card, pool);
  if (terms === undefined) return { code: 'unknown-pool', pool };
  if (amountMicros <= 0n) return { code: 'amount-not-positive' };
  if (amountMicros % precisionMicros(terms.decimals) !== 0n)
    return { code: 'too-precise', pool, decimals: terms.decimals };
  return null;
}

export function poolOrEmpty({ state }: Situation, pool: string): PoolState {
  return findPool(state, pool) ?? emptyPool(pool, state.atMs);
}

/** The refusal of an amount that the pool cannot give now. */
export function insufficient(pool: PoolState, requiredMicros: bigint): Rejection {
  return {
    code: 'insufficient-credits',
    pool: pool.pool,
    requiredMicros,
    availableMicros: availableMicros(pool),
    settledMicros: pool.settledMicros,
    heldMicros: pool.heldMicros,
    reason: pool.settledMicros >= requiredMicros ? 'holds' : 'balance',
  };
}
