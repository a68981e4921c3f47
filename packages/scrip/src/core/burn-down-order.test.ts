import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { burnDownKey, compareKeys } from '../../../../test/support/check-account.ts';
import type { Lot, PoolState } from './account.ts';
import { OVERDRAFT_LOT } from './account.ts';
import { changeLots, compareLots, emptyPool } from './lots.ts';

function lot(members: Partial<Lot> = {}): Lot {
  return {
    grantId: 'grant',
    version: 1,
    kind: 'one-time',
    priority: 0,
    grantedAtMs: 1000,
    expiresAtMs: null,
    freeMicros: 10n,
    heldMicros: 0n,
    ...members,
  };
}

const someLot: fc.Arbitrary<Lot> = fc.record({
  grantId: fc.constantFrom('a', 'b'),
  version: fc.nat({ max: 40 }),
  kind: fc.constantFrom('one-time' as const, 'recurring' as const),
  priority: fc.integer({ min: -1, max: 1 }),
  grantedAtMs: fc.nat({ max: 2 }),
  expiresAtMs: fc.option(fc.nat({ max: 2 })),
  freeMicros: fc.bigInt({ min: 0n, max: 9n }),
  heldMicros: fc.constant(0n),
});
const someLots = fc.uniqueArray(someLot, { selector: ({ version }) => version, maxLength: 12 });

describe('the burn-down order', () => {
  it.each<[string, Partial<Lot>, Partial<Lot>]>([
    ['lower priority before higher, whatever else', { priority: -1, grantedAtMs: 9 }, { expiresAtMs: 5 }],
    ['earlier expiry before later', { expiresAtMs: 5, version: 9 }, { expiresAtMs: 6, kind: 'recurring' }],
    ['some expiry before none', { expiresAtMs: 9e15, version: 9 }, { expiresAtMs: null, kind: 'recurring' }],
    ['recurring before one-time', { kind: 'recurring', grantedAtMs: 2000 }, { kind: 'one-time' }],
    ['the older grant before the newer', { grantedAtMs: 1, grantId: 'z' }, { grantedAtMs: 2, grantId: 'a' }],
    ['ids in their order', { grantId: 'a', version: 9 }, { grantId: 'b', version: 8 }],
    ['an earlier period of one grant before a later', { version: 3 }, { version: 4 }],
    ['the overdraft after all others', { priority: 1000 }, { version: OVERDRAFT_LOT, priority: -1000 }],
  ])('puts %s', (_, first, second) => {
    expect(compareLots(lot(first), lot({ version: 2, ...second }))).toBeLessThan(0);
    expect(compareLots(lot({ version: 2, ...second }), lot(first))).toBeGreaterThan(0);
  });

  it('is total: it never leaves two lots equal, and is the order of the rule', () => {
    fc.assert(
      fc.property(someLots, (lots) => {
        const sorted = lots.toSorted(compareLots);
        expect(sorted).toEqual(lots.toSorted((a, b) => compareKeys(burnDownKey(a), burnDownKey(b))));
        for (const [index, a] of sorted.entries())
          for (const b of sorted.slice(index + 1)) {
            expect(compareLots(a, b)).toBeLessThan(0);
            expect(compareLots(b, a)).toBeGreaterThan(0);
          }
      }),
    );
  });

  it('does not depend on the order in which lots came in', () => {
    fc.assert(
      fc.property(someLots, fc.infiniteStream(fc.nat()), (lots, random) => {
        const add = (pool: PoolState, { version, freeMicros, heldMicros: _held, ...terms }: Lot) =>
          changeLots(pool, [{ lot: version, freeMicros: freeMicros + 1n, terms }], 0);
        const shuffled = lots
          .map((one) => ({ one, key: random.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ one }) => one);
        const empty = { ...emptyPool('standard', 0), overdraftMicros: 100n };
        const pool = lots.reduce(add, empty);
        expect(shuffled.reduce(add, empty)).toEqual(pool);
        expect(pool.lots.map((one) => one.version)).toEqual(
          lots.toSorted(compareLots).map((one) => one.version),
        );
      }),
    );
  });
});
