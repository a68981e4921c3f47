import { formatMicros } from '../../core/credits.ts';
import type { UsageChange, UsageTotal } from '../../core/usage.ts';
import { sumUsage, usageDay } from '../../core/usage.ts';

export type UsageBy = 'day' | 'action' | 'key';

/** Usage per day, action or key and pool, with the total per pool; what was undone to the last is left out. */
export function renderUsage(
  changes: readonly UsageChange[],
  { by, timezone, pools }: { by: UsageBy; timezone: string; pools: readonly string[] },
) {
  const days = new Map<number, string>();
  const dayOfSlot = (change: UsageChange): string => {
    const known = days.get(change.slotMs);
    if (known !== undefined) return known;
    const day = usageDay(change, timezone);
    days.set(change.slotMs, day);
    return day;
  };
  const groupOf = (change: UsageChange) => (by === 'day' ? dayOfSlot(change) : change[by]);
  const order = new Map(pools.map((pool, index) => [pool, index]));
  const position = (pool: string) => order.get(pool) ?? 0;
  const data = [...sumUsage(changes, (change) => JSON.stringify([groupOf(change), change.pool]))]
    .filter(([, total]) => isUsed(total))
    .map(([key, total]) => ({ place: JSON.parse(key) as [string | null, string], total }))
    .toSorted((a, b) => compareGroups(a.place[0], b.place[0]) || position(a.place[1]) - position(b.place[1]))
    .map(({ place: [group, pool], total }) => ({ [by]: group, ...renderUsed(pool, total) }));
  const total = [...sumUsage(changes, (change) => change.pool)]
    .filter(([, used]) => isUsed(used))
    .toSorted(([a], [b]) => position(a) - position(b))
    .map(([pool, used]) => renderUsed(pool, used));
  return { data, total };
}

function isUsed({ usedMicros, calls }: UsageTotal): boolean {
  return usedMicros !== 0n || calls !== 0;
}

/** In the order of their texts, none last. */
function compareGroups(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

function renderUsed(pool: string, { usedMicros, calls }: UsageTotal) {
  return { pool, amount: formatMicros(usedMicros), calls };
}
