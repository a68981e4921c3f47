import type { Entry } from '../../../core/entry.ts';
import { continuedVersion } from '../../../core/entry.ts';
import type { UsageChange } from '../../../core/usage.ts';
import { SLOT_MS, usageOf } from '../../../core/usage.ts';
import type { IndexName } from './segment-indexes.ts';
import { INDEX_COLUMNS } from './segment-indexes.ts';
import { addRow, createRowBuffer, sortRows } from './sorted-rows.ts';
import { highOf, lowOf, slotAndName, sumEqualUsage } from './usage-amount.ts';
import type { UsageNames } from './usage-names.ts';

/** The numbers by which rows name accounts, changes and what was used. */
export interface RowNumbers {
  readonly accountOf: (accountId: string) => number;
  readonly changeOf: (accountId: string, changeId: string) => number;
  readonly nameOf: UsageNames['of'];
}

/** Gathers the rows of a segment from its entries, which come in the journal's order. */
export interface SegmentRows {
  readonly add: (position: number, entry: Entry) => void;
  /** All but its usage. */
  readonly addPlace: (position: number, entry: Entry) => void;
  readonly addUsage: (accountId: string, change: UsageChange) => void;
  readonly count: (index: IndexName) => number;
  readonly sorted: (index: IndexName) => Float64Array;
}

export function createSegmentRows({ accountOf, changeOf, nameOf }: RowNumbers): SegmentRows {
  const buffers = Object.fromEntries(
    Object.entries(INDEX_COLUMNS).map(([name, columns]) => [name, createRowBuffer(columns)]),
  ) as Record<IndexName, ReturnType<typeof createRowBuffer>>;
  const { history, grants, holds, continuation, usage, change } = buffers;

  function addPlaceOf(number: number, position: number, entry: Entry): void {
    const { version } = entry;
    addRow(history, number, version, position);
    if (entry.kind === 'CreditsGranted') addRow(grants, number, version, position);
    else if (entry.kind === 'HoldPlaced') addRow(holds, number, version, position);
    const continued = continuedVersion(entry);
    if (continued !== null) addRow(continuation, number, continued, position);
    if (entry.change !== null) addRow(change, changeOf(entry.accountId, entry.change.id), position);
  }

  function addUsageOf(number: number, used: UsageChange): void {
    const { slotMs, usedMicros, calls } = used;
    const key = slotAndName(slotMs / SLOT_MS, nameOf(used));
    addRow(usage, number, key, highOf(usedMicros), lowOf(usedMicros), calls);
  }

  return {
    add: (position, entry) => {
      const number = accountOf(entry.accountId);
      addPlaceOf(number, position, entry);
      const used = usageOf(entry);
      if (used !== null) addUsageOf(number, used);
    },
    addPlace: (position, entry) => addPlaceOf(accountOf(entry.accountId), position, entry),
    addUsage: (accountId, used) => addUsageOf(accountOf(accountId), used),
    count: (index) => buffers[index].length / INDEX_COLUMNS[index],
    sorted: (index) => {
      const rows = sortRows(buffers[index]);
      return index === 'usage' ? sumEqualUsage(rows) : rows;
    },
  };
}
