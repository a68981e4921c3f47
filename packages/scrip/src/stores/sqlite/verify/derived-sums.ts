import type { Entry } from '../../../core/entry.ts';
import { continuedVersion } from '../../../core/entry.ts';
import type { UsageChange } from '../../../core/usage.ts';
import { SLOT_MS, usageOf } from '../../../core/usage.ts';
import { textHash } from '../change-filter.ts';
import { numberedBy } from '../segments/account-numbers.ts';
import type { IndexName } from '../segments/segment-indexes.ts';
import { highOf, lowOf, slotAndName } from '../segments/usage-amount.ts';
import { createUsageNames, UNKNOWN_NAME } from '../segments/usage-names.ts';
import type { AccountRows } from './account-rows.ts';
import { createAccountRows } from './account-rows.ts';
import type { SegmentPlan } from './pinned-derived.ts';
import type { IndexSums } from './row-digest.ts';
import { addPlaceRow, addUsed, noSums } from './row-digest.ts';

/** An entry with its place in the journal, and the hash of its change; null for what time did. */
export interface PlacedEntry {
  readonly position: number;
  readonly entry: Entry;
  readonly changeHash: number | null;
}

export type SegmentSums = Readonly<Record<IndexName, IndexSums>>;

/** What the derived tables must hold, as far as memory that does not grow with the entries can know it. */
export interface DerivedSums {
  readonly add: (placed: PlacedEntry) => void;
  readonly addSealed: AccountRows['addSealed'];
  /** An entry that was kept when others were sealed; its usage is in the sealed sums. */
  readonly addKept: (placed: PlacedEntry) => void;
  readonly addSealedUsage: (accountId: string, used: UsageChange) => void;
  readonly rows: AccountRows;
  /** In the order of the segments. */
  readonly ofSegments: readonly SegmentSums[];
  /** The latest time of the entries of each segment; -Infinity where there were none. */
  readonly latestMs: readonly number[];
}

/** `checkpoint`: the last position that accounts and keys are from, which another thread may see later than its segments. */
export function createDerivedSums(plan: SegmentPlan, checkpoint: number): DerivedSums {
  const numberOf = numberedBy(plan.moved, (accountId) => textHash(plan.seed, accountId));
  const nameOf = createUsageNames(plan.names, () => UNKNOWN_NAME).of;
  const rows = createAccountRows(numberOf, plan.seed);
  const ofSegments = plan.ends.map(noSums);
  const latestMs = plan.ends.map(() => -Infinity);
  let segment = 0;
  // Entries of one account often follow one another.
  let lastId: string | null = null;
  let number = 0;

  /** Positions come nearly in order; what lies behind all segments belongs to none. */
  function sumsAt(position: number): SegmentSums | undefined {
    while (position <= (plan.ends[segment - 1] ?? -1)) segment -= 1;
    while (position > (plan.ends[segment] ?? Infinity)) segment += 1;
    return ofSegments[segment];
  }

  function addPlaces(sums: SegmentSums, number: number, { position, entry, changeHash }: PlacedEntry): void {
    const { version, kind } = entry;
    addPlaceRow(sums.history, number, version, position);
    if (kind === 'CreditsGranted') addPlaceRow(sums.grants, number, version, position);
    if (kind === 'HoldPlaced') addPlaceRow(sums.holds, number, version, position);
    const continued = continuedVersion(entry);
    if (continued !== null) addPlaceRow(sums.continuation, number, continued, position);
    if (changeHash !== null) addPlaceRow(sums.change, changeHash, position, 0);
  }

  function addUsage(sums: SegmentSums, number: number, used: UsageChange): void {
    const second = slotAndName(used.slotMs / SLOT_MS, nameOf(used));
    const { usedMicros, calls } = used;
    const [high, low] = [highOf(usedMicros), lowOf(usedMicros)];
    addUsed(sums.usage, { first: number, second, high, low, calls });
  }

  function addEntry(placed: PlacedEntry, used: UsageChange | null): void {
    const { position, entry } = placed;
    if (position <= checkpoint) rows.add(position, entry);
    const sums = position <= plan.checkpoint ? sumsAt(position) : undefined;
    if (sums === undefined) return;
    latestMs[segment] = Math.max(latestMs[segment] as number, entry.atMs);
    if (entry.accountId !== lastId) {
      lastId = entry.accountId;
      number = numberOf(lastId);
    }
    addPlaces(sums, number, placed);
    if (used !== null) addUsage(sums, number, used);
  }

  return {
    rows,
    ofSegments,
    latestMs,
    addSealed: rows.addSealed,
    addKept: (placed) => addEntry(placed, null),
    addSealedUsage: (accountId, used) => {
      const [first] = ofSegments;
      if (first !== undefined) addUsage(first, numberOf(accountId), used);
    },
    add: (placed) => addEntry(placed, usageOf(placed.entry)),
  };
}
