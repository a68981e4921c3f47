import type { Lease } from './lease.ts';
import { portionOf, countOf, doesCount, lastUseMs, notAhead } from './lease-terms.ts';
import type { BlanketReply, BlanketRequest, BlanketUse, LimitRule } from './limit-store.ts';

/**
 * Leases a portion of the rule to every key at once, or carries on the blanket lease that the process has. Blankets of
 * processes that ended without settling count against it: together they never grant a key more than its limit. Kept in
 * one list, under ids below 0, which no key's own lease has.
 */
export function leaseBlanket(
  before: readonly Lease[],
  { rule, nowMs, id, isOver }: BlanketRequest,
): { readonly leases: readonly Lease[]; readonly reply: BlanketReply } {
  const known = before.map((lease) => notAhead(lease, { rule, nowMs }));
  const counted = known.filter((lease) => doesCount(lease, rule, nowMs));
  const others = counted.filter((lease) => lease.id !== id);
  const current = counted.find((lease) => lease.id === id);
  const left = rule.count - countOf(others);
  // They count for every key, also for those that ask for nothing: half of the limit is never theirs.
  const granted = Math.max(0, Math.min(portionOf(left), left - Math.ceil(rule.count / 2)));
  const lease: Lease = {
    id: current?.id ?? Math.min(-nowMs, (before.at(-1)?.id ?? 0) - 1),
    count: current?.count ?? granted,
    untilMs: Math.max(current?.untilMs ?? 0, lastUseMs(rule, nowMs)),
  };
  return {
    leases: isOver || lease.count === 0 ? others : [...others, lease],
    reply: { id: lease.id, count: lease.count, lapsesAtMs: lease.untilMs + 1 },
  };
}

/**
 * The leases of a key together with those that it has by blankets. A blanket that the key's own list names is settled
 * for it: what was used of it stands there. That lasts as long as anything in the list counts; after that the key may
 * have used the blanket again.
 */
export function withBlankets(
  before: readonly Lease[],
  blankets: readonly Lease[],
  { use, rule, nowMs }: { readonly use: BlanketUse; readonly rule: LimitRule; readonly nowMs: number },
): readonly Lease[] {
  const own = before.some((lease) => doesCount(lease, rule, nowMs)) ? before : [];
  const covering = blankets.map((blanket) => {
    const settled = own.find((lease) => lease.id === blanket.id);
    if (blanket.id !== use.id) return settled ?? blanket;
    return {
      id: blanket.id,
      count: (settled?.count ?? 0) + use.usedCount,
      untilMs: Math.max(settled?.untilMs ?? 0, use.lastUsedAtMs),
    };
  });
  const isCovering = (lease: Lease) => blankets.some(({ id }) => id === lease.id);
  return [...covering, ...own.filter((lease) => !isCovering(lease))];
}
