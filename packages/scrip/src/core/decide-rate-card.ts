import type { PublishRateCard } from './command.ts';
import { precisionMicros } from './credits.ts';
import type { Decision, Rejection, Situation } from './decision.ts';
import { accept, nextBase, reject } from './decision.ts';
import type { RateCardPublished } from './entry.ts';
import type { PoolTerms } from './rate-card.ts';

/** A new version of the rate card. Pools may be added and renamed, never removed or made coarser: amounts in them exist. */
export function decidePublishRateCard(
  command: PublishRateCard,
  situation: Situation,
): Decision<RateCardPublished> {
  const current = situation.facts.rateCards.at(-1);
  const pools = command.pools ?? current?.pools ?? [];
  const rejection = checkPools(current?.pools ?? [], pools) ?? checkPrices(command, pools);
  if (rejection !== null) return reject(rejection);
  return accept({
    kind: 'RateCardPublished',
    ...nextBase(situation),
    rateCardVersion: (current?.version ?? 0) + 1,
    pools,
    actions: command.actions,
  });
}

function checkPools(before: readonly PoolTerms[], after: readonly PoolTerms[]): Rejection | null {
  for (const { id, decimals } of before) {
    const kept = after.find((pool) => pool.id === id);
    if (kept === undefined) return { code: 'pool-removed', pool: id };
    if (kept.decimals < decimals) return { code: 'pool-coarser', pool: id };
  }
  return null;
}

function checkPrices(command: PublishRateCard, pools: readonly PoolTerms[]): Rejection | null {
  for (const price of Object.values(command.actions)) {
    const terms = pools.find((pool) => pool.id === price.pool);
    if (terms === undefined) return { code: 'unknown-pool', pool: price.pool };
    // A price is rounded when it is charged; a minimum is charged as it is.
    if (price.minimumMicros % precisionMicros(terms.decimals) !== 0n)
      return { code: 'too-precise', pool: terms.id, decimals: terms.decimals };
  }
  return null;
}
