import { type DialectName, formatMicros, type Balance as VendorBalance } from '@scrip/dialects';

/** Whom a client asks: one of the vendors, or a Scrip. */
export type Service = DialectName | 'scrip';

/** What a pool would buy if all of it went to one action, as the vendor says it. */
export interface Purchasable {
  readonly action: string;
  /** A whole number, as a decimal string. */
  readonly quantity: string;
  readonly unit: 'seconds' | 'messages';
}

/** One kind of credits. Amounts are exact decimal strings: no exponent, no superfluous zeros. */
export interface PoolBalance {
  /** A vendor's one pool is `credits` or `eur`; Ocean.io's are `standard`, `email`, `phone` and perhaps `preview`. */
  readonly pool: string;
  /** What one of it is, such as `credits` or `€`. Null where the reply does not say: a Scrip's rate card does. */
  readonly unit: string | null;
  /** Null: the vendor answered, and does not say how much. That is not zero. */
  readonly available: string | null;
  /** The part that stays until it is used. */
  readonly oneTime?: string;
  /** The part that comes with a period and may end with it. */
  readonly recurring?: string;
  readonly buys?: readonly Purchasable[];
}

/** A balance, in one form for whatever it was read from. What the reply does not say is absent. */
export interface Balance {
  readonly vendor: Service;
  /** RFC 3339 in UTC: when it was read, by this machine's clock; a Scrip's own clock where it says it. */
  readonly asOf: string;
  /** RFC 3339 in UTC: when the balance last changed, by the vendor's clock. */
  readonly changedAt?: string;
  readonly pools: readonly PoolBalance[];
  /** The requests that may still be made in this period, where the vendor counts them; Ocean.io's count is 0 where it is left out. */
  readonly limits?: { readonly requestsLeft: number; readonly secondsToReset: number };
  /** The reply's body, as it came. */
  readonly raw: string;
}

/** A vendor's decoded balance in the shared form. */
export function toBalance(
  vendor: DialectName,
  { pools, buys = [], dailyLimit, lastUpdatedMs }: VendorBalance,
  { asOfMs, raw }: { asOfMs: number; raw: string },
): Balance {
  const purchasable = buys.map(({ action, quantity, unit }) => ({ action, quantity: `${quantity}`, unit }));
  return {
    vendor,
    asOf: new Date(asOfMs).toISOString(),
    ...(lastUpdatedMs === undefined ? {} : { changedAt: new Date(lastUpdatedMs).toISOString() }),
    // What a balance buys is said by a vendor with one pool only.
    pools: pools.map(({ pool, unit, availableMicros, oneTimeMicros, recurringMicros }) => ({
      pool,
      unit,
      available: availableMicros === null ? null : formatMicros(availableMicros),
      ...(oneTimeMicros === undefined ? {} : { oneTime: formatMicros(oneTimeMicros) }),
      ...(recurringMicros === undefined ? {} : { recurring: formatMicros(recurringMicros) }),
      ...(purchasable.length === 0 ? {} : { buys: purchasable }),
    })),
    ...(dailyLimit === undefined ? {} : { limits: dailyLimit }),
    raw,
  };
}
