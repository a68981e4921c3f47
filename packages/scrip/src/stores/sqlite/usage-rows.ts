import type { DatabaseSync } from 'node:sqlite';
import type { UsageChange, UsageRange } from '../../core/usage.ts';
import { partOf, SLOT_MS } from '../../core/usage.ts';
import type { SegmentLookUps } from './segments/segment-look-ups.ts';
import { joinMicros, nameOfKey, slotAndName, slotOfKey } from './segments/usage-amount.ts';
import type { UsageName } from './segments/usage-names.ts';

/** Reads what an account has used; null is one that the segments do not know. */
export type UsageRows = (number: number | null, range: UsageRange) => UsageChange[];

/**
 * Usage is summed here by the parts that are wanted: a year has 35,000 slots, and as many rows of each action would keep
 * the main thread from its requests.
 */
export function createUsageRows(database: DatabaseSync, segments: SegmentLookUps): UsageRows {
  const selectName = database.prepare('SELECT pool, action, key FROM usage_name WHERE name = ?');
  const firstSlot = (atMs: number) => Math.ceil(atMs / SLOT_MS);

  return (number, { fromMs, toMs, partsMs }) => {
    if (number === null) return [];
    const names = new Map<number, UsageName>();
    const nameOf = (name: number) => {
      const known = names.get(name) ?? (selectName.get(name) as unknown as UsageName);
      names.set(name, known);
      return known;
    };
    const slots = partsMs?.map(firstSlot) ?? [];
    const underPart = (key: number) => {
      const slot = slots[partOf(slots, slotOfKey(key))];
      return slot === undefined ? key : slotAndName(slot, nameOfKey(key));
    };
    const keys = { from: slotAndName(firstSlot(fromMs), 0), before: slotAndName(firstSlot(toMs), 0) };
    return segments.usage(number, keys, underPart).map(({ key, high, low, calls }) => {
      const { pool, action, key: actor } = nameOf(nameOfKey(key));
      return {
        slotMs: slotOfKey(key) * SLOT_MS,
        pool,
        action: action === '' ? null : action,
        key: actor === '' ? null : actor,
        usedMicros: joinMicros(high, low),
        calls,
      };
    });
  };
}
