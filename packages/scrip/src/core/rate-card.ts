import { divideHalfUp, MICROS_PER_CREDIT, MAX_MICROS, precisionMicros } from './credits.ts';

/** A kind of credits, and how finely it divides. */
export interface PoolTerms {
  readonly id: string;
  /** 0 to 6. */
  readonly decimals: number;
  readonly unit: string;
}

export interface Price {
  readonly pool: string;
  /** Of `perMicros` of the quantity. */
  readonly amountMicros: bigint;
  /** The quantity that the amount pays for, in millionths of the unit: 60 seconds are 60,000,000. */
  readonly perMicros: bigint;
  readonly unit: string;
  /** `started`: every started `per` counts whole. `exact`: parts of it count as parts. */
  readonly rounding: 'started' | 'exact';
  /** The least that one debit of this action takes. */
  readonly minimumMicros: bigint;
}

/** Action → price, with the pools that the prices are in. */
export interface RateCard {
  readonly version: number;
  readonly publishedAtMs: number;
  /** In the order in which balances list them. */
  readonly pools: readonly PoolTerms[];
  readonly actions: Readonly<Record<string, Price>>;
}

export function findPoolTerms(card: RateCard, pool: string): PoolTerms | undefined {
  return card.pools.find((candidate) => candidate.id === pool);
}

export function findPrice(card: RateCard, action: string): Price | undefined {
  return Object.hasOwn(card.actions, action) ? card.actions[action] : undefined;
}

/**
 * The price of a quantity (in millionths of the action's unit), in micros: rounded once, half up, to the pool's precision.
 * Undefined when it exceeds what an amount can hold.
 */
export function priceOf(price: Price, quantityMicros: bigint, decimals: number): bigint | undefined {
  const step = precisionMicros(decimals);
  const amount =
    price.rounding === 'started'
      ? divideHalfUp(
          price.amountMicros * ((quantityMicros + price.perMicros - 1n) / price.perMicros),
          1n,
          step,
        )
      : divideHalfUp(price.amountMicros * quantityMicros, price.perMicros, step);
  const charged = amount < price.minimumMicros ? price.minimumMicros : amount;
  return charged <= MAX_MICROS ? charged : undefined;
}

/** How much of an action an amount buys, in whole units of its quantity; undefined when the action is free. */
export function quantityFor(price: Price, amountMicros: bigint): bigint | undefined {
  if (price.amountMicros === 0n) return undefined;
  if (amountMicros < price.minimumMicros) return 0n;
  const bought =
    price.rounding === 'started'
      ? (amountMicros / price.amountMicros) * price.perMicros
      : (amountMicros * price.perMicros) / price.amountMicros;
  return bought / MICROS_PER_CREDIT;
}

/** The current one of all published versions. */
export function currentCard(rateCards: readonly RateCard[]): RateCard {
  const card = rateCards.at(-1);
  if (card === undefined) throw new Error('no rate card has been published');
  return card;
}
