import { ok, strictEqual } from 'node:assert/strict';
import type { CreditsDebited, HoldPlaced } from '../../packages/scrip/src/core/entry.ts';
import type { RateCard } from '../../packages/scrip/src/core/rate-card.ts';

/** An action costs what the current rate card says, rounded once, half up, to what its pool can hold. */
export function checkPrice(entry: CreditsDebited | HoldPlaced, rateCards: readonly RateCard[]): void {
  const { action, quantityMicros, rateCardVersion } = entry;
  if (action === null || quantityMicros === null) {
    strictEqual(rateCardVersion, null);
    return;
  }
  const card = rateCards.find(({ version }) => version === rateCardVersion);
  const price = card?.actions[action];
  const decimals = card?.pools.find(({ id }) => id === price?.pool)?.decimals;
  ok(price !== undefined && decimals !== undefined, 'priced by a card that has no such price');
  strictEqual(entry.pool, price.pool);
  const step = 10n ** BigInt(6 - decimals);
  const { perMicros } = price;
  const quantity =
    price.rounding === 'exact' || quantityMicros % perMicros === 0n
      ? quantityMicros
      : quantityMicros - (quantityMicros % perMicros) + perMicros;
  const exact = price.amountMicros * quantity;
  const steps = exact / (perMicros * step);
  const rest = exact % (perMicros * step);
  const rounded = (steps + (rest * 2n >= perMicros * step ? 1n : 0n)) * step;
  strictEqual(
    entry.amountMicros,
    rounded > price.minimumMicros ? rounded : price.minimumMicros,
    `the price of ${action}`,
  );
}
