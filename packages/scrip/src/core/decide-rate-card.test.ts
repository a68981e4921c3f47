import { describe, expect, it } from 'vitest';
import { CARD, openScenario, priceOfOne, START_MS } from '../../../../test/support/account-scenario.ts';
import type { PublishRateCard } from './command.ts';

function publish(members: Partial<PublishRateCard> = {}): PublishRateCard {
  return { kind: 'PublishRateCard', pools: null, actions: CARD.actions, ...members };
}

/** The stream of the rate card: what it publishes is what its next decision knows. */
function openStream() {
  const stream = openScenario();
  stream.rateCards = [];
  stream.accept(publish({ pools: CARD.pools }));
  stream.rateCards = stream.stored().rateCards;
  return stream;
}

describe('a rate card', () => {
  it('is published in versions, and every version is kept', () => {
    const stream = openStream();
    const actions = { sms: priceOfOne('standard', 2n) };
    stream.nowMs += 1000;
    expect(stream.accept(publish({ actions }))).toMatchObject({ rateCardVersion: 2, pools: CARD.pools });
    expect(stream.stored().rateCards).toEqual([
      { version: 1, publishedAtMs: START_MS, pools: CARD.pools, actions: CARD.actions },
      { version: 2, publishedAtMs: START_MS + 1000, pools: CARD.pools, actions },
    ]);
  });

  it('may add pools, rename their unit and make them finer', () => {
    const pools = [
      { id: 'eur', decimals: 2, unit: '€' },
      { id: 'email', decimals: 1, unit: 'checks' },
      { id: 'standard', decimals: 6, unit: 'credits' },
    ];
    expect(openStream().accept(publish({ pools }))).toMatchObject({ pools });
  });

  it('cannot take a pool away or make it coarser, because amounts in it exist', () => {
    const stream = openStream();
    const [standard, email] = CARD.pools;
    if (standard === undefined || email === undefined) throw new Error('the sample card has two pools');
    expect(stream.refuse(publish({ pools: [standard] }))).toEqual({ code: 'pool-removed', pool: 'email' });
    expect(stream.refuse(publish({ pools: [{ ...standard, decimals: 5 }, email] }))).toEqual({
      code: 'pool-coarser',
      pool: 'standard',
    });
  });

  it('cannot price an action in a pool that it does not have', () => {
    const actions = { gilding: priceOfOne('gold', 1n) };
    expect(openStream().refuse(publish({ actions }))).toEqual({ code: 'unknown-pool', pool: 'gold' });
  });

  it('cannot have a least amount that its pool cannot hold', () => {
    const check = (minimumMicros: bigint) => ({ check: priceOfOne('email', 1n, { minimumMicros }) });
    expect(openStream().refuse(publish({ actions: check(1_500_000n) }))).toEqual({
      code: 'too-precise',
      pool: 'email',
      decimals: 0,
    });
    openStream().accept(publish({ actions: check(2_000_000n) }));
  });
});
