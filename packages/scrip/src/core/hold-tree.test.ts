import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hold } from './account.ts';
import type { HoldTree } from './hold-tree.ts';
import { eachHold, findHold, withHold, withoutHold } from './hold-tree.ts';

function hold(id: string, expiresAtMs: number, version = 1): Hold {
  return {
    id,
    version,
    pool: 'standard',
    amountMicros: 1n,
    draws: [],
    placedAtMs: 0,
    expiresAtMs,
    action: null,
    quantityMicros: null,
    rateCardVersion: null,
    occurredAtMs: null,
    actor: null,
  };
}

/** Height of a subtree, after checking that it is in order and balanced all the way down. */
function checkTree(tree: HoldTree | null): number {
  if (tree === null) return 0;
  const left = checkTree(tree.left);
  const right = checkTree(tree.right);
  expect(Math.abs(left - right)).toBeLessThanOrEqual(1);
  expect(tree.height).toBe(1 + Math.max(left, right));
  return tree.height;
}

const change = fc.record({
  id: fc.stringMatching(/^[a-p]$/),
  expiresAtMs: fc.nat({ max: 5 }),
  removes: fc.boolean(),
});

describe('the open holds of an account', () => {
  it('are found by id, listed in the order of ids, and led by the earliest deadline', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
        let tree: HoldTree | null = null;
        const model = new Map<string, Hold>();
        for (const [index, { id, expiresAtMs, removes }] of changes.entries()) {
          const placed = hold(id, expiresAtMs, index + 1);
          tree = removes ? withoutHold(tree, id) : withHold(tree, placed);
          if (removes) model.delete(id);
          else model.set(id, placed);
          checkTree(tree);
          expect(tree?.size ?? 0).toBe(model.size);
          const byId = [...model.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
          expect([...eachHold(tree)]).toEqual(byId);
          const due = byId.toSorted((a, b) => a.expiresAtMs - b.expiresAtMs || a.version - b.version);
          expect(tree?.first).toBe(due[0]);
          for (const letter of 'abcq') expect(findHold(tree, letter)).toBe(model.get(letter));
        }
      }),
    );
  });

  it('that are due at one instant are led by the one that was placed first', () => {
    const tree = [hold('b', 7, 2), hold('a', 7, 3), hold('c', 9, 1)].reduce<HoldTree | null>(withHold, null);
    expect(tree?.first.id).toBe('b');
  });

  it('leave an older version of the tree as it was', () => {
    const older = [hold('b', 1), hold('a', 2), hold('c', 3)].reduce<HoldTree | null>(withHold, null);
    const before = [...eachHold(older)];
    withoutHold(withHold(older, hold('d', 0)), 'a');
    expect([...eachHold(older)]).toEqual(before);
    expect(older?.first.id).toBe('b');
  });

  it('stay shallow when there are very many, placed in order', () => {
    let tree: HoldTree | null = null;
    for (let count = 0; count < 20_000; count += 1)
      tree = withHold(tree, hold(String(count).padStart(6, '0'), count));
    expect(tree?.height).toBeLessThanOrEqual(20);
    for (let count = 0; count < 19_990; count += 1) tree = withoutHold(tree, String(count).padStart(6, '0'));
    expect(tree?.size).toBe(10);
    expect(checkTree(tree)).toBe(4);
  });
});
