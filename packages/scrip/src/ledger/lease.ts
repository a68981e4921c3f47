import type { LeaseReply, LeaseRequest, LimitRule, SettledLease } from './limit-store.ts';

/** Admissions that may have been used until an instant, the instant included. */
export interface Lease {
  readonly id: number;
  readonly count: number;
  readonly untilMs: number;
}

/** A block is this part of its limit: a limit below it leases what is asked for, one by one. */
const BLOCKS_PER_LIMIT = 20;
/** A sliding window's block lapses after this part of the window, so that it is known well enough when it was used. */
const BLOCKS_PER_WINDOW = 20;
/** More leases than this are merged with their neighbours, where those end within one block's time. */
const MAX_LEASES = 3 * BLOCKS_PER_WINDOW;

/**
 * Grants admissions to one key: what is asked for or a block, whichever is more, as far as there is room. Every store
 * decides by this function, so that all of them agree. `leases` is null when there is nothing new to keep.
 */
export function grantLease(
  before: readonly Lease[],
  request: LeaseRequest,
): { readonly leases: readonly Lease[] | null; readonly reply: LeaseReply } {
  const { rule, nowMs, waiting } = request;
  const corrected = before.map((lease) => correct(lease, request));
  const counted = corrected.filter((lease) => lease.count > 0 && freesAtMs(lease, rule) > nowMs);
  const room = Math.max(0, rule.count - countOf(counted));
  const blockCount = Math.max(1, Math.floor(rule.count / BLOCKS_PER_LIMIT));
  const grantedCount = waiting === 0 ? 0 : Math.min(room, Math.max(waiting, blockCount));
  const lease: Lease = {
    id: Math.max(nowMs, (before.at(-1)?.id ?? 0) + 1),
    count: grantedCount,
    untilMs: grantedCount <= waiting ? nowMs : lastUseMs(rule, nowMs),
  };
  const after = grantedCount === 0 ? counted : [...counted, lease];
  const isChanged = grantedCount > 0 || corrected.some((one, index) => one !== before[index]);
  return {
    leases: isChanged ? merge(after, rule) : null,
    reply: {
      id: lease.id,
      grantedCount,
      lapsesAtMs: lease.untilMs + 1,
      takenCount: countOf(after),
      freesAtMs: roomAtMs(after, rule, nowMs),
    },
  };
}

/** When the last of the leases stops counting. */
export function endsAtMs(leases: readonly Lease[], rule: LimitRule): number {
  return leases.reduce((latest, lease) => Math.max(latest, freesAtMs(lease, rule)), 0);
}

/** The end of the fixed window that an instant lies in. */
export function windowEndMs({ windowMs }: LimitRule, atMs: number): number {
  return (Math.floor(atMs / windowMs) + 1) * windowMs;
}

/** A lease as far as it is known by now: settled, and never ahead of what a clock that was set back allows. */
function correct(lease: Lease, { settled, rule, nowMs }: LeaseRequest): Lease {
  if (settled?.id === lease.id && isNews(lease, settled))
    return {
      ...lease,
      count: settled.usedCount,
      untilMs: Math.min(lease.untilMs, settled.lastUsedAtMs),
    };
  if (lease.untilMs - nowMs > rule.windowMs) return { ...lease, untilMs: nowMs };
  return lease;
}

function isNews(lease: Lease, settled: SettledLease): boolean {
  return settled.usedCount < lease.count || settled.lastUsedAtMs < lease.untilMs;
}

function freesAtMs(lease: Lease, rule: LimitRule): number {
  return rule.window === 'sliding' ? lease.untilMs + rule.windowMs : windowEndMs(rule, lease.untilMs);
}

/** The last millisecond in which a block that is leased now may be used. */
function lastUseMs(rule: LimitRule, nowMs: number): number {
  if (rule.window === 'fixed') return windowEndMs(rule, nowMs) - 1;
  return nowMs + Math.floor(rule.windowMs / BLOCKS_PER_WINDOW);
}

/** When enough leases have stopped counting for one more admission. */
function roomAtMs(leases: readonly Lease[], rule: LimitRule, nowMs: number): number {
  let taken = countOf(leases);
  let atMs = nowMs;
  for (const lease of leases.toSorted((a, b) => a.untilMs - b.untilMs)) {
    if (taken < rule.count) break;
    taken -= lease.count;
    atMs = freesAtMs(lease, rule);
  }
  return atMs;
}

/** Keeps the list short. Merged leases end with the later of them: they count for longer, never for less. */
function merge(leases: readonly Lease[], rule: LimitRule): readonly Lease[] {
  if (leases.length <= MAX_LEASES) return leases;
  const slotOf = ({ untilMs }: Lease) => Math.floor((untilMs * BLOCKS_PER_WINDOW) / rule.windowMs);
  const merged: Lease[] = [];
  for (const lease of leases) {
    const last = merged.at(-1);
    // The newest lease stays as it is: its holder still has to settle it.
    if (last === undefined || lease === leases.at(-1) || slotOf(lease) !== slotOf(last)) merged.push(lease);
    else
      merged[merged.length - 1] = {
        id: lease.id,
        count: last.count + lease.count,
        untilMs: Math.max(last.untilMs, lease.untilMs),
      };
  }
  return merged;
}

function countOf(leases: readonly Lease[]): number {
  return leases.reduce((sum, { count }) => sum + count, 0);
}
