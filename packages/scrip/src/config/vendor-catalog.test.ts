import { dialectNames } from '@scrip/dialects';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ACTIONS } from './default-catalog.ts';
import { vendorCard, vendorCardOf } from './vendor-catalog.ts';

const price = { perMicros: 1_000_000n, unit: 'call', rounding: 'exact', minimumMicros: 0n } as const;

describe("a vendor's card", () => {
  it('has each action of the catalog at one vendor, at its price there', () => {
    const sold = dialectNames.flatMap((vendor) => Object.entries(vendorCard(vendor).actions));
    expect(sold.map(([action]) => action).toSorted()).toEqual(Object.keys(DEFAULT_ACTIONS).toSorted());
    for (const [action, { amountMicros, perMicros }] of sold)
      expect(DEFAULT_ACTIONS[action]).toMatchObject({ amountMicros, perMicros });
  });

  it("names pools as the vendor's balance does", () => {
    expect(dialectNames.map((vendor) => vendorCard(vendor).pools.map(({ id }) => id))).toEqual([
      ['eur'],
      ['credits'],
      ['credits'],
      ['standard', 'email', 'phone'],
    ]);
    for (const vendor of dialectNames) {
      const { actions, pools } = vendorCard(vendor);
      for (const { pool } of Object.values(actions)) expect(pools.map(({ id }) => id)).toContain(pool);
    }
  });

  it("takes a table's actions in the vendor's pools, by either name, with the table's decimals", () => {
    const card = vendorCardOf('voxpria', {
      pools: [{ id: 'credits', decimals: 2, unit: 'credits' }],
      actions: {
        fax: { ...price, pool: 'credits', amountMicros: 1n },
        telex: { ...price, pool: 'standard', amountMicros: 2n },
        elsewhere: { ...price, pool: 'eur', amountMicros: 3n },
        odd: { ...price, pool: 'constructor', amountMicros: 4n },
      },
    });
    expect(Object.keys(card.actions)).toEqual(['fax', 'telex']);
    expect(card.actions['telex']?.pool).toBe('credits');
    expect(card.pools).toEqual([{ id: 'credits', decimals: 2, unit: 'credits' }]);
  });
});
