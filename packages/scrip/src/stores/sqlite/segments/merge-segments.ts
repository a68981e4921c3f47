import type { DatabaseSync } from 'node:sqlite';
import type { IndexName } from './segment-indexes.ts';
import { INDEX_COLUMNS } from './segment-indexes.ts';
import { createPageReader } from './segment-pages.ts';
import type { Segment, StoredIndex } from './segment-set.ts';
import { createSegmentSet } from './segment-set.ts';
import type { SegmentIds } from './segment-writer.ts';
import { createSegmentWriter, pageLength } from './segment-writer.ts';
import { addUsageRow } from './usage-amount.ts';

export interface MergeSizes {
  /** A segment is merged with those behind it when all together they are so many times as large. */
  readonly mergeRatio: number;
  /** Entries of a segment that is never merged again. */
  readonly finishedEntries: number;
  /** Bytes of a page of rows. */
  readonly pageBytes: number;
}

/** Merges segments that stand next to one another into one. */
export interface SegmentMerger {
  /** Those whose merge is due, oldest first; mostly none. */
  readonly due: () => readonly Segment[];
  /** The caller holds the transaction. */
  readonly merge: (segments: readonly Segment[]) => SegmentIds;
}

export function createSegmentMerger(database: DatabaseSync, sizes: MergeSizes): SegmentMerger {
  const segments = createSegmentSet(database);
  const writer = createSegmentWriter(database);
  const readPage = createPageReader(database);

  return {
    due: () => dueForMerge(segments(), sizes),
    merge: (merged) => {
      const indexesOf = (name: IndexName) => merged.flatMap(({ indexes }) => indexes.get(name) ?? []);
      const newest = merged.at(-1);
      const ids = writer.add({
        after: merged[0]?.after ?? 0,
        upTo: newest?.upTo ?? 0,
        latestMs: Math.max(...merged.map(({ latestMs }) => latestMs)),
        changes: indexesOf('change').reduce((sum, { rows }) => sum + rows, 0),
        pages: (name) =>
          mergePages(
            indexesOf(name).map((index) => pagesIn(index, readPage)),
            name,
            sizes.pageBytes,
          ),
      });
      for (const { segment } of merged) writer.remove(segment);
      return ids;
    },
  };
}

/**
 * The newest segments, from the oldest one that those behind it outgrow by the ratio: of equal ones so many are merged,
 * a small one among large ones at once. So each entry is written again a few times, and few segments stand unmerged.
 */
export function dueForMerge<S extends Pick<Segment, 'after' | 'upTo'>>(
  segments: readonly S[],
  { mergeRatio, finishedEntries }: Pick<MergeSizes, 'mergeRatio' | 'finishedEntries'>,
): readonly S[] {
  const last = segments.findLastIndex(({ after, upTo }) => upTo - after >= finishedEntries);
  const open = segments.slice(last + 1);
  const end = open.at(-1)?.upTo ?? 0;
  const first = open.findIndex(({ after, upTo }) => end - upTo >= (upTo - after) * (mergeRatio - 1));
  return first === -1 || first === open.length - 1 ? [] : open.slice(first);
}

function* pagesIn(
  { firstPage, fences }: StoredIndex,
  readPage: (page: number) => Float64Array,
): Generator<Float64Array> {
  for (let page = 0; page < fences.length / 2; page += 1) yield readPage(firstPage + page);
}

/** Where one of the merged indexes stands. */
interface Cursor {
  readonly pages: Generator<Float64Array>;
  page: Float64Array;
  at: number;
}

/**
 * The rows of several indexes in one order, page by page: what two have in common comes from the older one first, and
 * equal rows of usage become their sum. Each page is good until the next one is asked for.
 */
function* mergePages(
  sources: readonly Generator<Float64Array>[],
  index: IndexName,
  pageBytes: number,
): Generator<Float64Array> {
  const columns = INDEX_COLUMNS[index];
  const merged = new Float64Array(pageLength(index, pageBytes));
  const cursors: Cursor[] = [];
  for (const pages of sources) {
    const first = pages.next();
    if (first.done !== true) cursors.push({ pages, page: first.value, at: 0 });
  }
  let length = 0;
  while (cursors.length > 0) {
    const cursor = leastOf(cursors);
    const { page, at } = cursor;
    if (index !== 'usage' || length === 0 || !addUsageRow(merged, length - columns, page, at)) {
      if (length === merged.length) {
        yield merged;
        length = 0;
      }
      for (let column = 0; column < columns; column += 1)
        merged[length + column] = page[at + column] as number;
      length += columns;
    }
    cursor.at += columns;
    if (cursor.at < page.length) continue;
    const next = cursor.pages.next();
    if (next.done === true) cursors.splice(cursors.indexOf(cursor), 1);
    else [cursor.page, cursor.at] = [next.value, 0];
  }
  if (length > 0) yield merged.subarray(0, length);
}

/** The cursor whose row is first; of equal ones that of the oldest. */
function leastOf(cursors: readonly Cursor[]): Cursor {
  let least = cursors[0] as Cursor;
  let first = least.page[least.at] as number;
  let second = least.page[least.at + 1] as number;
  for (let index = 1; index < cursors.length; index += 1) {
    const cursor = cursors[index] as Cursor;
    const ownFirst = cursor.page[cursor.at] as number;
    if (ownFirst > first) continue;
    const ownSecond = cursor.page[cursor.at + 1] as number;
    if (ownFirst === first && ownSecond >= second) continue;
    least = cursor;
    first = ownFirst;
    second = ownSecond;
  }
  return least;
}
