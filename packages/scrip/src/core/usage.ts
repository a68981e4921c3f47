import { dayOf, startOfDay, addDays } from './calendar.ts';
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

/** Days in the account's time zone, both inclusive, as the half-open range of instants that they cover. */
export function daysRange(days: { readonly start: string; readonly end: string }, timezone: string) {
  return { fromMs: startOfDay(days.start, timezone), toMs: startOfDay(addDays(days.end, 1), timezone) };
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
