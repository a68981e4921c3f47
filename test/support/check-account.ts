import { deepStrictEqual, strictEqual, ok } from 'node:assert/strict';
import type { AccountState, Lot, PoolState } from '../../packages/scrip/src/core/account.ts';
import { balanceOf } from '../../packages/scrip/src/core/balance.ts';
import { eachHold } from '../../packages/scrip/src/core/hold-tree.ts';
import { decodeState, encodeState } from '../../packages/scrip/src/core/entry-format.ts';
import type { RateCard } from '../../packages/scrip/src/core/rate-card.ts';

const MAX_MICROS = 2n ** 63n - 1n;

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

/** The burn-down order as the rules state it, written as a key per lot instead of as comparisons. */
export function burnDownKey(lot: Lot): (number | string)[] {
  return [
    lot.version === 0 ? 1 : 0,
    lot.priority,
    lot.expiresAtMs ?? Number.MAX_SAFE_INTEGER,
    lot.kind === 'recurring' ? 0 : 1,
    lot.grantedAtMs,
    lot.grantId,
    lot.version,
  ];
}

export function compareKeys(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  if (at === -1) return 0;
  return (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}

/** What must hold of every account at every version. Throws an `AssertionError` where it does not. */
export function checkAccount(state: AccountState, card: RateCard): void {
  for (const pool of state.pools) checkPool(pool, state);
  checkBalance(state, card);
  checkSnapshot(state);
  for (const series of state.series) ok(series.nextAtMs > series.anchorMs || series.nextIndex === 0);
}

function checkPool(pool: PoolState, state: AccountState): void {
  const { lots } = pool;
  for (const lot of lots) {
    ok(lot.freeMicros >= 0n && lot.heldMicros >= 0n, `lot ${lot.version} is below zero`);
    ok(lot.version === 0 || lot.freeMicros + lot.heldMicros > 0n, `lot ${lot.version} is empty`);
  }
  strictEqual(pool.settledMicros, sum(lots.map((lot) => lot.freeMicros + lot.heldMicros)), 'settled');
  strictEqual(pool.heldMicros, sum(lots.map((lot) => lot.heldMicros)), 'held');
  ok(pool.settledMicros >= pool.heldMicros && pool.settledMicros <= MAX_MICROS);

  const holds = [...eachHold(state.holds)].filter((hold) => hold.pool === pool.pool);
  strictEqual(pool.heldMicros, sum(holds.map((hold) => hold.amountMicros)), 'held by holds');
  const draws = holds.flatMap((hold) => hold.draws);
  for (const lot of lots)
    strictEqual(
      lot.heldMicros,
      sum(draws.filter((draw) => draw.lot === lot.version).map((draw) => draw.amountMicros)),
      `held of lot ${lot.version}`,
    );

  const overdraft = lots.filter((lot) => lot.version === 0);
  strictEqual(overdraft.length, pool.overdraftMicros > 0n ? 1 : 0, 'one lot per overdraft');
  for (const lot of overdraft) ok(lot.freeMicros + lot.heldMicros <= pool.overdraftMicros, 'overdraft');

  const keys = lots.map(burnDownKey);
  deepStrictEqual(keys, keys.toSorted(compareKeys), 'burn-down order');
}

function checkBalance(state: AccountState, card: RateCard): void {
  const balances = balanceOf(state, card);
  strictEqual(balances.length, state.pools.length);
  for (const balance of balances) {
    strictEqual(balance.availableMicros, balance.settledMicros - balance.heldMicros);
    strictEqual(balance.availableMicros, balance.oneTimeMicros + balance.recurringMicros);
    ok(balance.oneTimeMicros >= 0n && balance.recurringMicros >= 0n);
  }
}

/** An account with its holds in a list: a tree that has been stored and read may be balanced in another way. */
export function withHoldsListed(state: AccountState | null) {
  return state === null ? null : { ...state, holds: [...eachHold(state.holds)] };
}

function checkSnapshot(state: AccountState): void {
  const text = encodeState(state);
  const read = decodeState(text);
  deepStrictEqual(withHoldsListed(read), withHoldsListed(state));
  strictEqual(encodeState(read), text);
}
