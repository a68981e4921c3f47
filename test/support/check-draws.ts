import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Draw, PoolState } from '../../packages/scrip/src/core/account.ts';
import type { Returned } from '../../packages/scrip/src/core/entry.ts';
import { burnDownKey, compareKeys } from './check-account.ts';

/** What a debit or a hold drew, and how much of it has not gone back. */
export interface Drawn {
  readonly draws: readonly Draw[];
  readonly leftMicros: bigint;
}

export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function overdrawn(pool: PoolState | undefined): bigint {
  const lot = pool?.lots.find(({ version }) => version === 0);
  return pool === undefined || lot === undefined
    ? 0n
    : pool.overdraftMicros - lot.freeMicros - lot.heldMicros;
}

/** Greedy, in burn-down order, and never more than there is. */
export function checkDraws(draws: readonly Draw[], amountMicros: bigint, pool: PoolState | undefined): void {
  const lots = pool?.lots.toSorted((a, b) => compareKeys(burnDownKey(a), burnDownKey(b))) ?? [];
  let missing = amountMicros;
  const expected: Draw[] = [];
  for (const { version, grantId, freeMicros } of lots) {
    const taken = least(freeMicros, missing);
    if (taken > 0n) expected.push({ lot: version, grantId, amountMicros: taken });
    missing -= taken;
  }
  strictEqual(missing, 0n, 'drawn beyond the balance');
  deepStrictEqual(draws, expected, 'drawn in another order');
}

/** What stays drawn is always the first part of what was drawn: what goes back is the last, lot by lot. */
export function checkReturned(
  returned: readonly Returned[],
  { draws, leftMicros }: Drawn,
  keptMicros: bigint,
): void {
  const perLot = new Map<number, bigint>();
  const add = (lot: number, micros: bigint) => void perLot.set(lot, (perLot.get(lot) ?? 0n) + micros);
  for (const { lot, amountMicros } of firstOf(draws, leftMicros)) add(lot, amountMicros);
  for (const { lot, amountMicros } of firstOf(draws, keptMicros)) add(lot, -amountMicros);
  for (const { lot, amountMicros } of returned) add(lot, -amountMicros);
  ok(
    [...perLot.values()].every((micros) => micros === 0n),
    'given back to other lots, or in another order',
  );
}

export function firstOf(draws: readonly Draw[], amountMicros: bigint): Draw[] {
  let startMicros = 0n;
  return draws.flatMap((draw) => {
    const taken = least(draw.amountMicros, amountMicros - startMicros);
    startMicros += draw.amountMicros;
    return taken > 0n ? [{ ...draw, amountMicros: taken }] : [];
  });
}
