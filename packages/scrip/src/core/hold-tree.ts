import type { Hold } from './account.ts';

/**
 * The open holds of an account: a persistent AVL tree by id, each node knowing the earliest deadline below it.
 * Adding, finding and removing a hold cost O(log n) and share all other nodes with the older version,
 * so that an account with very many open holds costs no more than one with few.
 */
export interface HoldTree {
  readonly hold: Hold;
  readonly left: HoldTree | null;
  readonly right: HoldTree | null;
  readonly height: number;
  readonly size: number;
  /** The hold that is due first in this subtree; equal deadlines by version. */
  readonly first: Hold;
}

export function findHold(tree: HoldTree | null, id: string): Hold | undefined {
  let node = tree;
  while (node !== null) {
    if (id === node.hold.id) return node.hold;
    node = id < node.hold.id ? node.left : node.right;
  }
  return undefined;
}

/** Adds a hold, or replaces the one of the same id. */
export function withHold(tree: HoldTree | null, hold: Hold): HoldTree {
  if (tree === null) return node(null, hold, null);
  if (hold.id === tree.hold.id) return node(tree.left, hold, tree.right);
  return hold.id < tree.hold.id
    ? balanced(withHold(tree.left, hold), tree.hold, tree.right)
    : balanced(tree.left, tree.hold, withHold(tree.right, hold));
}

export function withoutHold(tree: HoldTree | null, id: string): HoldTree | null {
  if (tree === null) return null;
  if (id < tree.hold.id) return balanced(withoutHold(tree.left, id), tree.hold, tree.right);
  if (id > tree.hold.id) return balanced(tree.left, tree.hold, withoutHold(tree.right, id));
  if (tree.left === null) return tree.right;
  if (tree.right === null) return tree.left;
  let successor = tree.right;
  while (successor.left !== null) successor = successor.left;
  return balanced(tree.left, successor.hold, withoutHold(tree.right, successor.hold.id));
}

/** All open holds in the order of their ids. */
export function* eachHold(tree: HoldTree | null): Generator<Hold> {
  if (tree === null) return;
  yield* eachHold(tree.left);
  yield tree.hold;
  yield* eachHold(tree.right);
}

function dueFirst(a: Hold, b: Hold): Hold {
  if (a.expiresAtMs !== b.expiresAtMs) return a.expiresAtMs < b.expiresAtMs ? a : b;
  return a.version <= b.version ? a : b;
}

function node(left: HoldTree | null, hold: Hold, right: HoldTree | null): HoldTree {
  let first = hold;
  if (left !== null) first = dueFirst(first, left.first);
  if (right !== null) first = dueFirst(first, right.first);
  return {
    hold,
    left,
    right,
    first,
    height: 1 + Math.max(left?.height ?? 0, right?.height ?? 0),
    size: 1 + (left?.size ?? 0) + (right?.size ?? 0),
  };
}

function balanced(left: HoldTree | null, hold: Hold, right: HoldTree | null): HoldTree {
  const lean = (left?.height ?? 0) - (right?.height ?? 0);
  if (lean > 1 && left !== null) {
    if ((left.left?.height ?? 0) >= (left.right?.height ?? 0))
      return node(left.left, left.hold, node(left.right, hold, right));
    const middle = left.right;
    if (middle !== null)
      return node(node(left.left, left.hold, middle.left), middle.hold, node(middle.right, hold, right));
  }
  if (lean < -1 && right !== null) {
    if ((right.right?.height ?? 0) >= (right.left?.height ?? 0))
      return node(node(left, hold, right.left), right.hold, right.right);
    const middle = right.left;
    if (middle !== null)
      return node(node(left, hold, middle.left), middle.hold, node(middle.right, right.hold, right.right));
  }
  return node(left, hold, right);
}
