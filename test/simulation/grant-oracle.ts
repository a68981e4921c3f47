import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { CreditsGranted, PeriodStarted } from '../../packages/scrip/src/core/entry.ts';
import type { AccountBook } from './account-book.ts';
import { poolOf } from './account-book.ts';
import { add, least, OVERDRAFT, overdrawnOf } from './lot-book.ts';
import type { PoolBook } from './lot-book.ts';
import { periodStartMs } from './period-oracle.ts';

/** When a period of a grant begins; null where the grant has no such period. */
function startOf(grant: CreditsGranted, index: number): number | null {
  if (grant.every === null) return index === 0 ? grant.startsAtMs : null;
  const { every, timezone, startsAtMs, expiresAtMs } = grant;
  const startMs = periodStartMs({ every, timezone, anchorMs: startsAtMs }, index);
  return expiresAtMs !== null && startMs >= expiresAtMs ? null : startMs;
}

/** When a period's lot ends: with the period, with the grant, or never where all of it stays. */
function endOf(grant: CreditsGranted, index: number): number | null {
  if (grant.every === null) return grant.expiresAtMs;
  if (grant.rollover === 'all') return null;
  return startOf(grant, index + 1) ?? grant.expiresAtMs;
}

export function checkGrant(book: AccountBook, entry: CreditsGranted): void {
  const { amountMicros, startsAtMs, lot } = entry;
  const pool = poolOf(book, entry.pool);
  strictEqual(entry.timezone, book.timezone);
  strictEqual(lot === null, startsAtMs > entry.atMs, 'a lot before its time, or none in its time');
  const index = entry.nextIndex - 1;
  if (lot !== null) {
    ok((startOf(entry, index) ?? Infinity) <= entry.atMs, 'a period that has not begun');
    ok((startOf(entry, index + 1) ?? Infinity) > entry.atMs, 'a period that is over');
    strictEqual(lot.expiresAtMs, endOf(entry, index), 'the end of the first period');
    strictEqual(lot.repaidMicros, least(amountMicros, overdrawnOf(pool)), 'repays the overdraft first');
    openLot(pool, entry, { expiresAtMs: lot.expiresAtMs, amountMicros, repaidMicros: lot.repaidMicros });
  }
  strictEqual(entry.nextAtMs, startOf(entry, index + 1), 'the start of the next period');
  if (entry.nextAtMs !== null)
    book.series.set(entry.change?.id ?? '', {
      grant: entry,
      nextIndex: entry.nextIndex,
      nextAtMs: entry.nextAtMs,
      currentLot: lot === null ? null : entry.version,
    });
}

/** A period that time starts: its amount, what the last one carries over, and its end. */
export function checkPeriod(book: AccountBook, entry: PeriodStarted): void {
  const series = book.series.get(entry.grantId);
  ok(series !== undefined, 'a period of no series');
  const { grant, nextIndex } = series;
  const pool = poolOf(book, entry.pool);
  strictEqual(entry.pool, grant.pool);
  strictEqual(entry.lotKind, grant.lotKind);
  strictEqual(entry.priority, grant.priority);
  strictEqual(entry.amountMicros, grant.amountMicros, 'the amount of a period');
  const last = series.currentLot === null ? undefined : pool.lots.get(series.currentLot);
  const restMicros = last?.freeMicros ?? 0n;
  const maxMicros = typeof grant.rollover === 'object' ? grant.rollover.maxMicros : 0n;
  const carriedMicros = least(restMicros, maxMicros);
  deepStrictEqual(
    entry.carried,
    typeof grant.rollover !== 'object' || last === undefined || restMicros === 0n
      ? null
      : { lot: last.version, carriedMicros, forfeitedMicros: restMicros - carriedMicros },
    'what is carried over',
  );
  const carried = entry.carried?.carriedMicros ?? 0n;
  const grantedMicros = entry.amountMicros + carried;
  strictEqual(entry.repaidMicros, least(grantedMicros, overdrawnOf(pool)), 'repays the overdraft first');
  strictEqual(entry.expiresAtMs, endOf(grant, nextIndex), 'the end of the period');
  strictEqual(entry.nextIndex, nextIndex + 1);
  strictEqual(entry.nextAtMs, startOf(grant, nextIndex + 1), 'the start of the next period');
  if (entry.carried !== null) add(pool, entry.carried.lot, { free: -restMicros });
  openLot(pool, entry, {
    expiresAtMs: entry.expiresAtMs,
    amountMicros: grantedMicros,
    repaidMicros: entry.repaidMicros,
  });
  if (entry.nextAtMs === null) book.series.delete(entry.grantId);
  else
    Object.assign(series, { nextIndex: nextIndex + 1, nextAtMs: entry.nextAtMs, currentLot: entry.version });
}

function openLot(
  pool: PoolBook,
  entry: CreditsGranted | PeriodStarted,
  lot: { expiresAtMs: number | null; amountMicros: bigint; repaidMicros: bigint },
): void {
  if (lot.repaidMicros > 0n) add(pool, OVERDRAFT, { free: lot.repaidMicros });
  pool.lots.set(entry.version, {
    version: entry.version,
    grantId: entry.kind === 'PeriodStarted' ? entry.grantId : (entry.change?.id ?? ''),
    kind: entry.lotKind,
    priority: entry.priority,
    grantedAtMs: entry.atMs,
    expiresAtMs: lot.expiresAtMs,
    freeMicros: lot.amountMicros - lot.repaidMicros,
    heldMicros: 0n,
  });
}
