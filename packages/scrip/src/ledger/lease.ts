import { withBlankets } from './blanket.ts';
import {
  PORTIONS_PER_WINDOW,
  portionOf,
  countOf,
  doesCount,
  freesAtMs,
  lastUseMs,
  notAhead,
} from './lease-terms.ts';
import type { LeaseReply, LeaseRequest, LimitRule, SettledLease } from './limit-store.ts';

/** Admissions that may have been used until an instant, the instant included. */
export interface Lease {
  readonly id: number;
  readonly count: number;
  readonly untilMs: number;
}

/** More leases than this are merged with their neighbours, where those end within one portion's time. */
const MAX_LEASES = 3 * PORTIONS_PER_WINDOW;

/**
 * Grants admissions to one key: what is asked for or a portion, whichever is more, as far as there is room. Where there is
 * room for the process's blanket too, what is asked for is enough, and the key may use the blanket anew. Every store
 * decides by this function, so that all of them agree. `blankets` are the rule's; `leases` is null when there is
 * nothing new to keep.
 */
export function grantLease(
  own: readonly Lease[],
  request: LeaseRequest,
  blankets: readonly Lease[] = [],
): { readonly leases: readonly Lease[] | null; readonly reply: LeaseReply } {
  const { rule, nowMs, waiting, blanket } = request;
  const before = blanket === null ? own : withBlankets(own, blankets, { use: blanket, rule, nowMs });
  const corrected = before.map((lease) => correct(lease, request));
  const counted = corrected.filter((lease) => doesCount(lease, rule, nowMs));
  const room = Math.max(0, rule.count - countOf(counted));
  const current = blankets.find(({ id }) => id === blanket?.id);
  const isCovered = current !== undefined && waiting > 0 && room >= waiting + current.count;
  const most = isCovered ? waiting : Math.min(room, Math.max(waiting, portionOf(room)));
  const grantedCount = waiting === 0 ? 0 : most;
  const lease: Lease = {
    id: Math.max(nowMs, (own.at(-1)?.id ?? 0) + 1),
    count: grantedCount,
    untilMs: grantedCount <= waiting ? nowMs : lastUseMs(rule, nowMs),
  };
  const after = grantedCount === 0 ? counted : [...counted, lease];
  const isChanged =
    grantedCount > 0 ||
    isSettlingBlanket(own, request) ||
    corrected.some((one, index) => one !== before[index]);
  const kept = [...settledBlankets(corrected, counted), ...merge(after, rule)];
  const unsettled = isCovered ? kept.map((one) => (one.id === current.id ? { ...one, id: 0 } : one)) : kept;
  return {
    leases: isChanged ? unsettled : null,
    reply: {
      id: lease.id,
      grantedCount,
      lapsesAtMs: lease.untilMs + 1,
      takenCount: countOf(after),
      freesAtMs: roomAtMs(after, rule, nowMs),
      endsAtMs: endsAtMs(after, rule),
      isCovered,
    },
  };
}

/** Also where nothing was used, before a refusal: when it ends holds then whatever becomes of the process. */
function isSettlingBlanket(own: readonly Lease[], { blanket, waiting }: LeaseRequest): boolean {
  if (blanket === null || blanket.id === null) return false;
  return blanket.usedCount > 0 || (waiting > 0 && own.every(({ id }) => id !== blanket.id));
}

/** Blankets of which nothing counts any more: they are named on, so that nobody takes them for unsettled. */
function settledBlankets(leases: readonly Lease[], counted: readonly Lease[]): readonly Lease[] {
  return leases
    .filter((lease) => lease.id < 0 && !counted.includes(lease))
    .map((lease) => ({ ...lease, count: 0 }));
}

/** When the last of the leases stops counting. */
export function endsAtMs(leases: readonly Lease[], rule: LimitRule): number {
  return leases.reduce((latest, lease) => Math.max(latest, freesAtMs(lease, rule)), 0);
}

/** A lease as far as it is known by now: settled, and never ahead of what a clock that was set back allows. */
function correct(lease: Lease, { settled, rule, nowMs }: LeaseRequest): Lease {
  if (settled?.id === lease.id && isNews(lease, settled))
    return {
      ...lease,
      count: settled.usedCount,
      untilMs: Math.min(lease.untilMs, settled.lastUsedAtMs),
    };
  return notAhead(lease, { rule, nowMs });
}

function isNews(lease: Lease, settled: SettledLease): boolean {
  return settled.usedCount < lease.count || settled.lastUsedAtMs < lease.untilMs;
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
  const slotOf = ({ untilMs }: Lease) => Math.floor((untilMs * PORTIONS_PER_WINDOW) / rule.windowMs);
  const merged: Lease[] = [];
  for (const lease of leases) {
    const last = merged.at(-1);
    // The newest lease stays as it is: its holder still has to settle it. A blanket's id tells that it is settled.
    if (last === undefined || last.id < 0 || lease === leases.at(-1) || slotOf(lease) !== slotOf(last))
      merged.push(lease);
    else
      merged[merged.length - 1] = {
        id: lease.id,
        count: last.count + lease.count,
        untilMs: Math.max(last.untilMs, lease.untilMs),
      };
  }
  return merged;
}
