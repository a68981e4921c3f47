import { ok } from 'node:assert/strict';
import type { Draw } from '../../packages/scrip/src/core/account.ts';

/** A lot as the books keep it: also when it is used up, because a refund may come back to it. */
export interface BookLot {
  readonly version: number;
  readonly grantId: string;
  readonly kind: 'one-time' | 'recurring';
  readonly priority: number;
  readonly grantedAtMs: number;
  expiresAtMs: number | null;
  freeMicros: bigint;
  heldMicros: bigint;
}

/** One pool's lots. Amounts change only through `add`, which knows no lot below zero. */
export interface PoolBook {
  readonly lots: Map<number, BookLot>;
  overdraftMicros: bigint;
}

export const OVERDRAFT = 0;

export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function sumOf(draws: readonly { readonly amountMicros: bigint }[]): bigint {
  return draws.reduce((sum, { amountMicros }) => sum + amountMicros, 0n);
}

export function createPoolBook(): PoolBook {
  return { lots: new Map(), overdraftMicros: 0n };
}

export function add(pool: PoolBook, version: number, change: { free?: bigint; held?: bigint }): void {
  const lot = pool.lots.get(version);
  ok(lot !== undefined, `there is no lot ${version}`);
  lot.freeMicros += change.free ?? 0n;
  lot.heldMicros += change.held ?? 0n;
  ok(lot.freeMicros >= 0n && lot.heldMicros >= 0n, `lot ${version} falls below zero`);
}

export function settledOf(pool: PoolBook): bigint {
  let sum = 0n;
  for (const lot of pool.lots.values()) sum += lot.freeMicros + lot.heldMicros;
  return sum;
}

export function heldOf(pool: PoolBook): bigint {
  let sum = 0n;
  for (const lot of pool.lots.values()) sum += lot.heldMicros;
  return sum;
}

/** How much of the overdraft is spent. */
export function overdrawnOf(pool: PoolBook): bigint {
  const lot = pool.lots.get(OVERDRAFT);
  return lot === undefined ? 0n : pool.overdraftMicros - lot.freeMicros - lot.heldMicros;
}

/** The burn-down order, read off the documents: each rule decides only where all before it are equal. */
export function inBurnDownOrder(pool: PoolBook): BookLot[] {
  const rules: ((lot: BookLot) => number | string)[] = [
    (lot) => (lot.version === OVERDRAFT ? 1 : 0),
    (lot) => lot.priority,
    (lot) => lot.expiresAtMs ?? Number.MAX_VALUE,
    (lot) => (lot.kind === 'recurring' ? 0 : 1),
    (lot) => lot.grantedAtMs,
    (lot) => lot.grantId,
    (lot) => lot.version,
  ];
  return [...pool.lots.values()]
    .filter((lot) => lot.freeMicros + lot.heldMicros > 0n || lot.version === OVERDRAFT)
    .toSorted((a, b) => {
      for (const rule of rules) {
        const [x, y] = [rule(a), rule(b)];
        if (x !== y) return x < y ? -1 : 1;
      }
      return 0;
    });
}

/** What an amount must be drawn from: lot after lot, each as far as it goes. */
export function expectedDraws(pool: PoolBook, amountMicros: bigint): Draw[] {
  let missing = amountMicros;
  const draws: Draw[] = [];
  for (const { version, grantId, freeMicros } of inBurnDownOrder(pool)) {
    const taken = least(freeMicros, missing);
    if (taken > 0n) draws.push({ lot: version, grantId, amountMicros: taken });
    missing -= taken;
  }
  ok(missing === 0n, 'more is drawn than there is');
  return draws;
}

/** The first part of what was drawn. */
function firstPart(draws: readonly Draw[], amountMicros: bigint): Draw[] {
  let missing = amountMicros;
  return draws.flatMap((draw) => {
    const taken = least(draw.amountMicros, missing);
    missing -= taken;
    return taken > 0n ? [{ ...draw, amountMicros: taken }] : [];
  });
}

/** What goes back when of `outMicros` that are still out only the first `keptMicros` stay out: the last drawn first. */
export function expectedReturns(
  draws: readonly Draw[],
  { outMicros, keptMicros }: { outMicros: bigint; keptMicros: bigint },
): Draw[] {
  const kept = firstPart(draws, keptMicros);
  return firstPart(draws, outMicros)
    .map((draw, index) => ({ ...draw, amountMicros: draw.amountMicros - (kept[index]?.amountMicros ?? 0n) }))
    .filter(({ amountMicros }) => amountMicros > 0n)
    .toReversed();
}
