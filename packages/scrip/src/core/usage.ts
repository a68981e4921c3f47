import { addDays, DAY_MS, dayOf, startOfDay } from './calendar.ts';
import type { Entry } from './entry.ts';

/** Usage is kept per quarter of an hour of UTC, which every time zone's days are made of, and put into days when read. */
export const SLOT_MS = 15 * 60_000;

/** What one entry adds to the usage of a slot, or takes from it. */
export interface UsageChange {
  readonly slotMs: number;
  readonly pool: string;
  readonly action: string | null;
  /** The operator key that made the debit; null for the program itself. */
  readonly key: string | null;
  readonly usedMicros: bigint;
  /** 1 for a debit, -1 for the refund that undoes the last of one. */
  readonly calls: number;
}

export function usageOf(entry: Entry): UsageChange | null {
  switch (entry.kind) {
    case 'CreditsDebited':
    case 'HoldCaptured':
      return {
        slotMs: slotOf(entry.occurredAtMs ?? entry.atMs),
        pool: entry.pool,
        action: entry.action,
        key: entry.change?.actor ?? null,
        usedMicros: entry.amountMicros,
        calls: 1,
      };
    case 'DebitRefunded':
      return {
        slotMs: slotOf(entry.debitOccurredAtMs),
        pool: entry.pool,
        action: entry.action,
        key: entry.debitActor,
        usedMicros: -entry.amountMicros,
        calls: entry.isFull ? -1 : 0,
      };
    default:
      return null;
  }
}

export function slotOf(atMs: number): number {
  return Math.floor(atMs / SLOT_MS) * SLOT_MS;
}

/** A half-open range of instants. */
export interface UsageRange {
  readonly fromMs: number;
  readonly toMs: number;
  /**
   * First instants of the parts that are wanted, in order, beginning with the range's own start: what falls into one may
   * be given as one sum. Without: slots.
   */
  readonly partsMs?: readonly number[];
}

interface Days {
  readonly start: string;
  readonly end: string;
}

/** Days in the account's time zone, both inclusive, as the half-open range of instants that they cover. */
export function daysRange({ start, end }: Days, timezone: string) {
  return { fromMs: startOfDay(start, timezone), toMs: startOfDay(addDays(end, 1), timezone) };
}

/** The first instant of each of them. */
export function dayStarts({ start, end }: Days, timezone: string): number[] {
  const days = (Date.parse(end) - Date.parse(start)) / DAY_MS + 1;
  return Array.from({ length: days }, (_, at) => startOfDay(addDays(start, at), timezone));
}

/** Which of some parts an instant is in, by their first instants; 0 where it lies before all of them. */
export function partOf(partsMs: readonly number[], atMs: number): number {
  let low = 0;
  let high = partsMs.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((partsMs[middle] ?? 0) <= atMs) low = middle;
    else high = middle;
  }
  return low;
}

export interface UsageTotal {
  readonly usedMicros: bigint;
  readonly calls: number;
}

/** Sums usage by whatever `keyOf` names: the day, the action, the key, the pool, or several of them. */
export function sumUsage(
  changes: Iterable<UsageChange>,
  keyOf: (change: UsageChange) => string,
): Map<string, UsageTotal> {
  const totals = new Map<string, UsageTotal>();
  for (const change of changes) {
    const key = keyOf(change);
    const before = totals.get(key);
    totals.set(key, {
      usedMicros: (before?.usedMicros ?? 0n) + change.usedMicros,
      calls: (before?.calls ?? 0) + change.calls,
    });
  }
  return totals;
}

/** The day, in a time zone, that a slot's usage belongs to. */
export function usageDay(change: UsageChange, timezone: string): string {
  return dayOf(change.slotMs, timezone);
}
