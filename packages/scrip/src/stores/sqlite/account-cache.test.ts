import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openScenario } from '../../../../../test/support/account-scenario.ts';
import { grantCredits } from '../../../../../test/support/commands.ts';
import type { AccountState } from '../../core/account.ts';
import type { AccountCache } from './account-cache.ts';
import { createAccountCache } from './account-cache.ts';

const VERSIONS = 12;
/** An account after each of its first entries. */
const STATES: readonly AccountState[] = (() => {
  const account = openScenario();
  return Array.from({ length: VERSIONS }, () => {
    const state = account.stored();
    account.accept(grantCredits(5n));
    return state;
  });
})();

/** The account with one lot less than its version, and a hash that tells versions apart. */
function accountAt(id: string, version: number) {
  return { state: { ...(STATES[version - 1] as AccountState), id }, hash: `hash ${version} of ${id}` };
}

/** What the engine knows of an account beside the cache: the journal's end, and how far it has come. */
interface Truth {
  decided: number;
  durable: number;
  derived: number;
  snapshot: number;
}

function createEngine(sizes: { readonly capacity: number; readonly packedBytes: number }) {
  const truths = new Map<string, Truth>();
  const truthOf = (id: string) => {
    const truth = truths.get(id) ?? { decided: 0, durable: 0, derived: 0, snapshot: 0 };
    truths.set(id, truth);
    return truth;
  };
  const cache = createAccountCache({
    ...sizes,
    mayLeave: (id, { decided, durable }) =>
      durable === decided.state && truthOf(id).derived === truthOf(id).decided,
  });
  return { cache, truths, truthOf };
}

/** What happens to one account, as the engine does it. */
const DEEDS: Readonly<Record<string, (id: string, cache: AccountCache, truth: Truth) => void>> = {
  read: (id, cache, { durable }) => {
    const state = cache.read(id);
    if (state !== undefined) expect(state).toEqual(durable === 0 ? null : accountAt(id, durable).state);
  },
  load: (id, cache, truth) => {
    if (cache.get(id) !== undefined || truth.durable === 0) return;
    // Nobody changes what is not in memory: what the disk has of it is all there is.
    expect(truth).toMatchObject({ durable: truth.decided, derived: truth.decided });
    cache.offer({ ...accountAt(id, truth.durable), snapshotVersion: truth.snapshot, lastPosition: 0 });
  },
  change: (id, cache, truth) => {
    DEEDS['load']?.(id, cache, truth);
    if (truth.decided === VERSIONS) return;
    truth.decided += 1;
    const account = cache.get(id);
    if (account === undefined) cache.create(id, accountAt(id, truth.decided));
    else account.decided = accountAt(id, truth.decided);
  },
  commit: (id, cache, truth) => {
    const account = cache.get(id);
    if (account === undefined || truth.durable === truth.decided) return;
    truth.durable = truth.decided;
    account.durable = account.decided.state;
    if (truth.durable % 3 === 0) account.snapshotVersion = truth.snapshot = truth.durable;
  },
  derive: (_id, _cache, truth) => {
    truth.derived = truth.durable;
  },
  offerLate: (id, cache, truth) => {
    // A load that began before the account came in some other way, and has seen an earlier version.
    if (cache.get(id) !== undefined && truth.durable > 1)
      cache.offer({ ...accountAt(id, 1), snapshotVersion: 0, lastPosition: 0 });
  },
};

const deed = fc.record({
  id: fc.integer({ min: 1, max: 8 }).map((number) => `account-${number}`),
  does: fc.constantFrom(...Object.keys(DEEDS)),
});

describe.each([
  { capacity: 2, packedBytes: 0 },
  { capacity: 2, packedBytes: 8192 },
  { capacity: 3, packedBytes: 65_536 },
  { capacity: 100, packedBytes: 65_536 },
])('a cache of $capacity accounts and $packedBytes bytes', (sizes) => {
  it('gives each account as it was decided last, and loses none on which something rests', () => {
    fc.assert(
      fc.property(fc.array(deed, { size: '+2' }), (deeds) => {
        const { cache, truths, truthOf } = createEngine(sizes);
        for (const { id, does } of deeds) DEEDS[does]?.(id, cache, truthOf(id));
        for (const [id, { decided, durable, derived, snapshot }] of truths) {
          const account = cache.get(id);
          if (account === undefined) {
            expect([decided, durable]).toEqual([derived, derived]);
            continue;
          }
          expect(account.decided).toEqual(accountAt(id, decided));
          expect(account.durable).toEqual(durable === 0 ? null : accountAt(id, durable).state);
          expect(account.snapshotVersion).toBe(snapshot);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the accounts in memory', () => {
  const clean = { capacity: 2, mayLeave: () => true };

  it('are all there, though few of them are objects', () => {
    const cache = createAccountCache({ ...clean, packedBytes: 1_048_576 });
    for (let number = 0; number < 1000; number += 1)
      cache.offer({ ...accountAt(`account-${number}`, 2), snapshotVersion: 0, lastPosition: 0 });
    expect(cache.size()).toBe(2);
    for (let number = 0; number < 1000; number += 1) {
      const { state } = accountAt(`account-${number}`, 2);
      expect(cache.read(state.id)).toEqual(state);
      expect(cache.get(state.id)?.durable).toEqual(state);
    }
    expect(cache.size()).toBe(2);
  });

  it('become objects when they are read often', () => {
    const cache = createAccountCache({ ...clean, packedBytes: 1_048_576 });
    for (const id of ['often', 'a', 'b', 'c'])
      cache.offer({ ...accountAt(id, 1), snapshotVersion: 0, lastPosition: 0 });
    const seen = Array.from({ length: 20 }, () => cache.read('often'));
    expect(seen[1]).not.toBe(seen[0]);
    expect(seen[19]).toBe(seen[18]);
    expect(seen[19]).toEqual(seen[0]);
  });

  it('stay objects while they are used, and not for long after', () => {
    const cache = createAccountCache({ ...clean, capacity: 20, packedBytes: 0 });
    cache.offer({ ...accountAt('used', 1), snapshotVersion: 0, lastPosition: 0 });
    for (let number = 0; number < 100; number += 1) {
      cache.offer({ ...accountAt(`account-${number}`, 1), snapshotVersion: 0, lastPosition: 0 });
      expect(cache.get('used')).toBeDefined();
      cache.get(`account-${number}`);
    }
    expect(cache.size()).toBeLessThan(40);
    for (let number = 0; number < 100; number += 1)
      cache.offer({ ...accountAt(`other-${number}`, 1), snapshotVersion: 0, lastPosition: 0 });
    expect(cache.get('used')).toBeUndefined();
  });

  it('become few objects again when those that had to stay may leave, though no other comes in', () => {
    let mayLeave = false;
    const cache = createAccountCache({ capacity: 2, packedBytes: 1_048_576, mayLeave: () => mayLeave });
    const ids = Array.from({ length: 50 }, (_, number) => `account-${number}`);
    for (const id of ids) cache.offer({ ...accountAt(id, 1), snapshotVersion: 0, lastPosition: 0 });
    expect(cache.size()).toBe(50);
    mayLeave = true;
    cache.shrink();
    expect(cache.size()).toBe(2);
    for (const id of ids) expect(cache.read(id)).toEqual(accountAt(id, 1).state);
  });

  it('are not found as they were before they grew too large to be packed', () => {
    const cache = createAccountCache({ ...clean, packedBytes: 8192 });
    const push = () => {
      for (const id of ['a', 'b', 'c'])
        cache.offer({ ...accountAt(id, 1), snapshotVersion: 0, lastPosition: 0 });
    };
    cache.offer({ ...accountAt('large', 1), snapshotVersion: 0, lastPosition: 0 });
    push();
    const account = cache.get('large');
    if (account === undefined) throw new Error('it was packed');
    account.decided = accountAt('large', VERSIONS);
    account.durable = account.decided.state;
    push();
    push();
    expect(cache.get('large')).toBeUndefined();
  });
});
