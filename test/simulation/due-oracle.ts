import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Entry } from '../../packages/scrip/src/core/entry.ts';
import type { AccountBook } from './account-book.ts';
import type { BookLot } from './lot-book.ts';

/** Something that time will do. Of two at one instant the lower rank comes first. */
interface Due {
  readonly atMs: number;
  readonly rank: number;
}

/** A period's remainder does not expire where the next period takes it over. */
function isCarriedOn(book: AccountBook, lot: BookLot): boolean {
  for (const { grant, currentLot, nextAtMs } of book.series.values())
    if (typeof grant.rollover === 'object' && currentLot === lot.version && nextAtMs === lot.expiresAtMs)
      return true;
  return false;
}

function* allDue(book: AccountBook): Generator<Due> {
  for (const hold of book.holds.values()) yield { atMs: hold.expiresAtMs, rank: 0 };
  for (const pool of book.pools.values())
    for (const lot of pool.lots.values())
      if (lot.freeMicros > 0n && lot.expiresAtMs !== null && !isCarriedOn(book, lot))
        yield { atMs: lot.expiresAtMs, rank: 1 };
  for (const series of book.series.values()) yield { atMs: series.nextAtMs, rank: 2 };
}

/** What time does next to the account; null when it does nothing by itself. */
export function nextDue(book: AccountBook): Due | null {
  let first: Due | null = null;
  for (const due of allDue(book))
    if (first === null || due.atMs < first.atMs || (due.atMs === first.atMs && due.rank < first.rank))
      first = due;
  return first;
}

/** What time does stands before any command, each at its due time and in order. */
export function checkDue(book: AccountBook, entry: Entry): void {
  const next = nextDue(book);
  if (entry.change !== null) {
    ok(next === null || next.atMs > entry.atMs, 'something was due before this command, and was not done');
    return;
  }
  const due = dueOf(book, entry);
  ok(next !== null, 'time does something that is not due');
  deepStrictEqual(due, next, 'time does this out of its order');
  strictEqual(entry.atMs, Math.max(due.atMs, book.atMs), 'not at its due time');
}

function dueOf(book: AccountBook, entry: Entry): Due {
  switch (entry.kind) {
    case 'HoldExpired':
      return { atMs: book.holds.get(entry.holdVersion)?.expiresAtMs ?? NaN, rank: 0 };
    case 'LotExpired':
      return { atMs: book.pools.get(entry.pool)?.lots.get(entry.lot)?.expiresAtMs ?? NaN, rank: 1 };
    case 'PeriodStarted':
      return { atMs: book.series.get(entry.grantId)?.nextAtMs ?? NaN, rank: 2 };
    default:
      throw new Error(`time does not make a ${entry.kind}`);
  }
}
