import type { Lease } from './lease.ts';
import type { LimitRule } from './limit-store.ts';

/** A portion is this part of what is left: less than twice as much is leased one by one. */
const PORTIONS = 20;
/** A sliding window's portion lapses after this part of the window, so that it is known well enough when it was used. */
export const PORTIONS_PER_WINDOW = 20;

/**
 * How many of the admissions that are left are leased ahead of use. Of what is left, so that portions that were never
 * settled never take all of it: after twenty crashes a third can still be had.
 */
export function portionOf(leftCount: number): number {
  return Math.max(1, Math.floor(leftCount / PORTIONS));
}

/** The last millisecond in which a portion that is leased now may be used. */
export function lastUseMs(rule: LimitRule, nowMs: number): number {
  if (rule.window === 'fixed') return windowEndMs(rule, nowMs) - 1;
  return nowMs + Math.floor(rule.windowMs / PORTIONS_PER_WINDOW);
}

/** The end of the fixed window that an instant lies in. */
export function windowEndMs({ windowMs }: LimitRule, atMs: number): number {
  return (Math.floor(atMs / windowMs) + 1) * windowMs;
}

/** When a lease stops counting. */
export function freesAtMs(lease: Lease, rule: LimitRule): number {
  return rule.window === 'sliding' ? lease.untilMs + rule.windowMs : windowEndMs(rule, lease.untilMs);
}

/** Whether any of the lease still counts against its limit. */
export function doesCount(lease: Lease, rule: LimitRule, nowMs: number): boolean {
  return lease.count > 0 && freesAtMs(lease, rule) > nowMs;
}

/** The lease, but never further ahead than one that is leased now: the clock may have been set back. */
export function notAhead(
  lease: Lease,
  { rule, nowMs }: { readonly rule: LimitRule; readonly nowMs: number },
): Lease {
  return lease.untilMs - nowMs > rule.windowMs ? { ...lease, untilMs: nowMs } : lease;
}

export function countOf(leases: readonly Lease[]): number {
  return leases.reduce((sum, { count }) => sum + count, 0);
}
