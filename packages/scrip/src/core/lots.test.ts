import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../../../test/support/check-account.ts';
import type { Lot, PoolState } from './account.ts';
import { OVERDRAFT_GRANT_ID, OVERDRAFT_LOT } from './account.ts';
import {
  changeLots,
  emptyPool,
  endLots,
  firstDraws,
  overdrawnMicros,
  planDraws,
  planReturns,
  returnDebited,
  returnHeld,
  withOverdraft,
} from './lots.ts';

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

function poolOf(lots: readonly Lot[], overdraftMicros = 0n): PoolState {
  return {
    pool: 'standard',
    lots,
    settledMicros: sum(lots.map((one) => one.freeMicros + one.heldMicros)),
    heldMicros: sum(lots.map((one) => one.heldMicros)),
    overdraftMicros,
    changedAtMs: 0,
  };
}

function overdraft(freeMicros: bigint, heldMicros = 0n): Lot {
  return lot({ version: OVERDRAFT_LOT, grantId: OVERDRAFT_GRANT_ID, priority: -5, freeMicros, heldMicros });
}

const draw = (version: number, amountMicros: bigint) => ({ lot: version, grantId: 'grant', amountMicros });

describe('a plan to draw', () => {
  it('takes each lot whole before the next, and passes over what is not free', () => {
    const lots = [lot({ version: 1, freeMicros: 3n }), lot({ version: 2, freeMicros: 0n, heldMicros: 5n })];
    expect(planDraws([...lots, lot({ version: 3, freeMicros: 4n })], 5n)).toEqual([draw(1, 3n), draw(3, 2n)]);
  });

  it('takes everything to the last micro, and not one more', () => {
    const lots = [lot({ version: 1, freeMicros: 3n }), lot({ version: 2, freeMicros: 4n })];
    expect(planDraws(lots, 7n)).toEqual([draw(1, 3n), draw(2, 4n)]);
    expect(planDraws(lots, 8n)).toBeUndefined();
  });

  it('of nothing draws on no lot', () => {
    expect(planDraws([lot()], 0n)).toEqual([]);
    expect(planDraws([], 0n)).toEqual([]);
  });
});

describe('a plan to give back', () => {
  const draws = [draw(1, 3n), draw(2, 4n), draw(3, 5n)];

  it('starts with the lot that was drawn on last', () => {
    expect(planReturns(draws, 0n, 7n)).toEqual([draw(3, 5n), draw(2, 2n)]);
  });

  it('goes on where an earlier return stopped', () => {
    expect(planReturns(draws, 7n, 4n)).toEqual([draw(2, 2n), draw(1, 2n)]);
    expect(planReturns(draws, 12n, 0n)).toEqual([]);
  });

  it('leaves drawn what was drawn first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 1n, max: 9n })),
        fc.array(fc.bigInt({ min: 1n, max: 9n })),
        (amounts, parts) => {
          const all = amounts.map((amountMicros, index) => draw(index + 1, amountMicros));
          const left = new Map(all.map((one) => [one.lot, one.amountMicros]));
          let back = 0n;
          for (const part of parts) {
            if (back + part > sum(amounts)) break;
            for (const one of planReturns(all, back, part))
              left.set(one.lot, (left.get(one.lot) ?? 0n) - one.amountMicros);
            back += part;
            const kept = firstDraws(all, sum(amounts) - back);
            expect([...left].filter(([, micros]) => micros !== 0n)).toEqual(
              kept.map((one) => [one.lot, one.amountMicros]),
            );
          }
        },
      ),
    );
  });
});

describe('what a refund gives back', () => {
  const context = {
    nowMs: 100,
    voided: [],
    usedUp: new Map(),
    fallback: { lot: 9, grantId: 'refund' },
  };

  it('goes to a lot that is still open, and expires at once where the lot has ended', () => {
    const pool = poolOf([lot({ version: 1, expiresAtMs: 100 }), lot({ version: 2, expiresAtMs: 101 })]);
    expect(returnDebited(pool, [draw(2, 1n), draw(1, 1n)], context)).toEqual([
      { ...draw(2, 1n), expired: false, terms: null },
      { ...draw(1, 1n), expired: true, terms: null },
    ]);
  });

  it('opens a lot again that was used up, with the place in the order that it had', () => {
    const {
      version: _,
      freeMicros: _free,
      heldMicros: _held,
      ...terms
    } = lot({ priority: 7, expiresAtMs: 500 });
    const usedUp = new Map([[4, terms]]);
    expect(returnDebited(poolOf([]), [draw(4, 2n)], { ...context, usedUp })).toEqual([
      { ...draw(4, 2n), expired: false, terms },
    ]);
    const voided = [{ grantId: 'grant', atMs: 60 }];
    expect(returnDebited(poolOf([]), [draw(4, 2n)], { ...context, usedUp, voided })).toEqual([
      { ...draw(4, 2n), expired: true, terms: { ...terms, expiresAtMs: 60 } },
    ]);
  });

  it('to an overdraft is only what is still overdrawn; the rest makes a lot of its own', () => {
    const pool = poolOf([overdraft(7n, 1n)], 10n);
    expect(overdrawnMicros(pool)).toBe(2n);
    const terms = { grantId: 'refund', kind: 'one-time', priority: 0, grantedAtMs: 100, expiresAtMs: null };
    expect(returnDebited(pool, [draw(OVERDRAFT_LOT, 5n)], context)).toEqual([
      { ...draw(OVERDRAFT_LOT, 2n), expired: false, terms: null },
      { lot: 9, grantId: 'refund', amountMicros: 3n, expired: false, terms },
    ]);
  });

  it('that was drawn on the overdraft twice does not repay it twice', () => {
    const returned = returnDebited(
      poolOf([overdraft(8n)], 10n),
      [draw(OVERDRAFT_LOT, 2n), draw(OVERDRAFT_LOT, 3n)],
      context,
    );
    expect(returned.map(({ lot: to, amountMicros }) => [to, amountMicros])).toEqual([
      [OVERDRAFT_LOT, 2n],
      [9, 3n],
    ]);
  });

  it('to a lot that nobody knows is a bug', () => {
    expect(() => returnDebited(poolOf([]), [draw(4, 1n)], context)).toThrow(
      'lot 4 has neither state nor terms',
    );
  });
});

describe('what a hold gives back', () => {
  it('goes to the lots that it owns a part of, the overdraft too', () => {
    const pool = poolOf([lot({ version: 3, freeMicros: 0n, heldMicros: 2n }), overdraft(6n, 4n)], 10n);
    const returned = returnHeld(pool, [draw(OVERDRAFT_LOT, 4n), draw(3, 2n)], ({ version }) => version === 3);
    expect(returned.map(({ lot: to, expired, terms }) => [to, expired, terms])).toEqual([
      [OVERDRAFT_LOT, false, null],
      [3, true, null],
    ]);
    expect(() => returnHeld(pool, [draw(4, 1n)], () => false)).toThrow('a hold owns a part of it');
  });
});

describe('a change of lots', () => {
  it('moves the totals with the lots, and lets go of a lot that is used up', () => {
    const pool = poolOf([lot({ version: 1, freeMicros: 3n }), lot({ version: 2, freeMicros: 4n })]);
    const changed = changeLots(
      pool,
      [
        { lot: 1, freeMicros: -3n },
        { lot: 2, freeMicros: -1n, heldMicros: 1n },
      ],
      50,
    );
    expect(changed).toMatchObject({ settledMicros: 4n, heldMicros: 1n, changedAtMs: 50 });
    expect(changed.lots.map(({ version }) => version)).toEqual([2]);
    expect(pool.lots).toHaveLength(2);
  });

  it('keeps the time of the last change when what is available stays the same', () => {
    const pool = poolOf([lot({ version: 1, freeMicros: 3n, heldMicros: 2n })]);
    expect(changeLots(pool, [{ lot: 1, heldMicros: -2n }], 50).changedAtMs).toBe(0);
    expect(changeLots(pool, [{ lot: 1, freeMicros: 2n, heldMicros: -2n }], 50).changedAtMs).toBe(50);
  });

  it.each([
    ['more than is free', { lot: 1, freeMicros: -4n }, 'lot 1 below zero'],
    ['more than is held', { lot: 1, heldMicros: -3n }, 'lot 1 below zero'],
    ['a lot that is not open', { lot: 7, freeMicros: 1n }, 'lot 7 is not open'],
    [
      'less than nothing of a new lot',
      { lot: 7, freeMicros: 1n, heldMicros: -1n, terms: lot() },
      'lot 7 below zero',
    ],
  ])('of %s is a bug', (_, change, message) => {
    const pool = poolOf([lot({ version: 1, freeMicros: 3n, heldMicros: 2n })]);
    expect(() => changeLots(pool, [change], 0)).toThrow(message);
  });

  it('that ends a grant’s lots puts them where their new end belongs, and leaves the overdraft', () => {
    const pool = poolOf([
      lot({ version: 1, expiresAtMs: 90 }),
      lot({ version: 2, grantId: 'other' }),
      lot({ version: 3 }),
    ]);
    const ended = endLots(pool, 'grant', 50);
    expect(ended.lots.map(({ version, expiresAtMs }) => [version, expiresAtMs])).toEqual([
      [1, 50],
      [3, 50],
      [2, null],
    ]);
  });
});

describe('an overdraft', () => {
  it('beyond its limit is a bug', () => {
    const spent = poolOf([overdraft(4n)], 5n);
    expect(changeLots(spent, [{ lot: OVERDRAFT_LOT, freeMicros: 1n }], 0).settledMicros).toBe(5n);
    expect(() => changeLots(spent, [{ lot: OVERDRAFT_LOT, freeMicros: 2n }], 0)).toThrow('beyond its limit');
  });

  it('is one last lot that stays when it is used up, and goes when its limit is zero', () => {
    const limited = withOverdraft(poolOf([lot({ version: 1 })]), 5n, 20);
    expect(limited).toMatchObject({ settledMicros: 15n, overdraftMicros: 5n, changedAtMs: 20 });
    expect(limited.lots.map(({ version }) => version)).toEqual([1, OVERDRAFT_LOT]);
    const spent = changeLots(limited, [{ lot: OVERDRAFT_LOT, freeMicros: -5n }], 30);
    expect(spent.lots.map(({ version }) => version)).toEqual([1, OVERDRAFT_LOT]);
    expect(overdrawnMicros(spent)).toBe(5n);
    expect(withOverdraft(limited, 0n, 40)).toMatchObject({ settledMicros: 10n, overdraftMicros: 0n });
    expect(withOverdraft(limited, 0n, 40).lots).toHaveLength(1);
  });

  it('that stays as it is changes nothing', () => {
    const limited = withOverdraft(emptyPool('standard', 0), 5n, 20);
    expect(withOverdraft(limited, 5n, 99)).toBe(limited);
  });
});
