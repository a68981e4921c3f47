import { formatMicros } from '../../core/credits.ts';
import type { Price, RateCard } from '../../core/rate-card.ts';
import { formatTime } from './time.ts';

export function renderRateCard(card: RateCard) {
  const actions = Object.entries(card.actions).map(([action, price]) => [action, renderPrice(price)]);
  return {
    version: card.version,
    publishedAt: formatTime(card.publishedAtMs),
    pools: card.pools.map(({ id, decimals, unit }) => ({ id, decimals, unit })),
    actions: Object.fromEntries(actions) as Record<string, ReturnType<typeof renderPrice>>,
  };
}

export function renderPrice(price: Price) {
  return {
    pool: price.pool,
    amount: formatMicros(price.amountMicros),
    per: formatMicros(price.perMicros),
    unit: price.unit,
    rounding: price.rounding,
    minimum: formatMicros(price.minimumMicros),
  };
}
