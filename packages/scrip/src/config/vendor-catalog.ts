import type { RateCard } from '../core/rate-card.ts';
import { DEFAULT_ACTIONS, DEFAULT_POOLS } from './default-catalog.ts';
import type { Vendor } from './settings.ts';

interface Offer {
  /** What the vendor's published rate card has prices for. */
  readonly actions: readonly string[];
  /** A pool of the catalog → what the vendor's balance calls it. */
  readonly pools: Readonly<Record<string, string>>;
}

const OFFERS: Readonly<Record<Vendor, Offer>> = {
  voicepartner: { actions: ['tts', 'tts_fixe', 'voice_message'], pools: { eur: 'eur' } },
  supertone: { actions: ['speech'], pools: { standard: 'credits' } },
  voxpria: {
    actions: ['voice_call', 'sms', 'transcription', 'ai_processing'],
    pools: { standard: 'credits' },
  },
  ocean: {
    actions: ['search', 'enrich', 'lookup', 'email_verification', 'phone_verification'],
    pools: { standard: 'standard', email: 'email', phone: 'phone' },
  },
};

type Prices = Pick<RateCard, 'pools' | 'actions'>;

/** What a vendor charges, in the pools of its balance: by its published prices. */
export function vendorCard(vendor: Vendor): RateCard {
  const offered = Object.entries(DEFAULT_ACTIONS).filter(([action]) =>
    OFFERS[vendor].actions.includes(action),
  );
  return vendorCardOf(vendor, { pools: DEFAULT_POOLS, actions: Object.fromEntries(offered) });
}

/**
 * What a vendor charges by a table of somebody's own: the actions whose price is in a pool of the vendor's, by the
 * balance's name of it or the catalog's.
 */
export function vendorCardOf(vendor: Vendor, { pools, actions }: Prices): RateCard {
  const names = OFFERS[vendor].pools;
  const shown = new Set(Object.values(names));
  const nameOf = (pool: string) =>
    shown.has(pool) ? pool : Object.hasOwn(names, pool) ? names[pool] : undefined;
  const terms = new Map(
    [...DEFAULT_POOLS, ...pools].flatMap((pool) => {
      const id = nameOf(pool.id);
      return id === undefined ? [] : [[id, { ...pool, id }] as const];
    }),
  );
  const priced = Object.entries(actions).flatMap(([action, price]) => {
    const pool = nameOf(price.pool);
    return pool === undefined ? [] : [[action, { ...price, pool }] as const];
  });
  return { version: 0, publishedAtMs: 0, pools: [...terms.values()], actions: Object.fromEntries(priced) };
}
