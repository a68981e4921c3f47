import type { DatabaseSync } from 'node:sqlite';
import type { IndexName } from './segment-indexes.ts';
import { INDEX_COLUMNS } from './segment-indexes.ts';
import { createPageReader } from './segment-pages.ts';
import type { Segment } from './segment-set.ts';
import { createSegmentSet } from './segment-set.ts';
import { addUsageRow } from './usage-amount.ts';

const CACHED_PAGES = 1024;

/** A range of rows that have their first number in common: of the second, from one to before another. */
interface KeyRange {
  readonly first: number;
  readonly from: number;
  readonly before: number;
}

/** Indexes in which an account's rows go up by version from one segment to the next. */
type ByVersion = 'history' | 'grants' | 'holds';

/** What the segments of a database say, as of the transaction that the caller holds. */
export interface SegmentLookUps {
  /** The last version of an account at or before another, and its position; null where there is none. */
  readonly lastUpTo: (number: number, version: number) => { version: number; position: number } | null;
  readonly positionOf: (number: number, version: number) => number | null;
  /** Positions of an account's entries of a range of versions, in order. */
  readonly positions: (
    index: ByVersion,
    number: number,
    range: { readonly after: number; readonly upTo: number; readonly limit: number },
  ) => number[];
  /** The position of the latest entry that continues one at a position and of a version. */
  readonly continuationOf: (
    number: number,
    continued: { version: number; position: number },
  ) => number | null;
  /** Positions of the changes with a hash, newest first. */
  readonly changes: (hash: number) => Generator<number>;
  /** What an account has used, of keys from one to before another; one row for each key, or for each that `under` makes of them. */
  readonly usage: (
    number: number,
    range: { from: number; before: number },
    under?: (key: number) => number,
  ) => UsageRow[];
}

export interface UsageRow {
  readonly key: number;
  readonly high: number;
  readonly low: number;
  readonly calls: number;
}

export function createSegmentLookUps(database: DatabaseSync): SegmentLookUps {
  const segments = createSegmentSet(database);
  const readPage = createPageCache(createPageReader(database));

  /** The last row with a first number whose second one is at most another: its page, and its place in it. */
  function floor(segment: Segment, index: IndexName, first: number, second: number) {
    const stored = segment.indexes.get(index);
    if (stored === undefined) return null;
    const page = lastUpTo(stored.fences, 2, first, second);
    if (page < 0) return null;
    const rows = readPage(stored.firstPage + page);
    const at = lastUpTo(rows, INDEX_COLUMNS[index], first, second) * INDEX_COLUMNS[index];
    return rows[at] === first ? { rows, at } : null;
  }

  /** Visits the rows of a range, in order, until one is answered with false. */
  function visit(
    segment: Segment,
    index: IndexName,
    { first, from, before }: KeyRange,
    visitRow: (rows: Float64Array, at: number) => boolean,
  ): boolean {
    const stored = segment.indexes.get(index);
    if (stored === undefined) return true;
    const columns = INDEX_COLUMNS[index];
    const pages = stored.fences.length / 2;
    for (let page = Math.max(lastBefore(stored.fences, 2, first, from), 0); page < pages; page += 1) {
      const rows = readPage(stored.firstPage + page);
      for (let at = (lastBefore(rows, columns, first, from) + 1) * columns; at < rows.length; at += columns) {
        if (rows[at] !== first || (rows[at + 1] as number) >= before) return true;
        if (!visitRow(rows, at)) return false;
      }
    }
    return true;
  }

  function lastVersion(number: number, version: number) {
    for (const segment of segments().toReversed()) {
      const found = floor(segment, 'history', number, version);
      if (found !== null)
        return { version: found.rows[found.at + 1] as number, position: found.rows[found.at + 2] as number };
    }
    return null;
  }

  return {
    lastUpTo: lastVersion,
    positionOf: (number, version) => {
      const found = lastVersion(number, version);
      return found?.version === version ? found.position : null;
    },
    positions: (index, first, { after, upTo, limit }) => {
      const all = segments();
      // Versions go up: what comes after one begins in the last segment that has one up to the next. Of an account's
      // first entries this is the segment that has them, and none that is older is read.
      const start = all.findLastIndex((segment) => floor(segment, index, first, after + 1) !== null);
      const positions: number[] = [];
      const range = { first, from: after + 1, before: upTo + 1 };
      for (const segment of all.slice(Math.max(start, 0))) {
        const goesOn = visit(segment, index, range, (rows, at) => {
          if (positions.length < limit) positions.push(rows[at + 2] as number);
          return positions.length < limit && rows[at + 1] !== upTo;
        });
        if (!goesOn) break;
      }
      return positions;
    },
    continuationOf: (number, { version, position }) => {
      for (const segment of segments().toReversed()) {
        if (segment.upTo < position) return null;
        const found = floor(segment, 'continuation', number, version);
        if (found?.rows[found.at + 1] === version) return found.rows[found.at + 2] as number;
      }
      return null;
    },
    changes: function* changes(hash) {
      for (const segment of segments().toReversed()) {
        const positions: number[] = [];
        visit(segment, 'change', { first: hash, from: 0, before: Infinity }, (rows, at) => {
          positions.push(rows[at + 1] as number);
          return true;
        });
        yield* positions.toReversed();
      }
    },
    usage: (first, { from, before }, under = (key) => key) => {
      const found = new Map<number, Float64Array>();
      for (const segment of segments())
        visit(segment, 'usage', { first, from, before }, (rows, at) => {
          const row = rows.slice(at, at + INDEX_COLUMNS.usage);
          const key = under(row[1] as number);
          row[1] = key;
          const sum = found.get(key);
          if (sum === undefined) found.set(key, row);
          else addUsageRow(sum, 0, row, 0);
          return true;
        });
      return [...found.values()].map(([, key = 0, high = 0, low = 0, calls = 0]) => ({
        key,
        high,
        low,
        calls,
      }));
    },
  };
}

/** Keeps pages that were read lately: one look-up reads the same ones several times. A page never changes. */
function createPageCache(readPage: (page: number) => Float64Array): (page: number) => Float64Array {
  const pages = new Map<number, Float64Array>();
  return (page) => {
    let rows = pages.get(page);
    if (rows === undefined) {
      if (pages.size >= CACHED_PAGES) pages.clear();
      rows = readPage(page);
      pages.set(page, rows);
    }
    return rows;
  };
}

/** The last of sorted rows that is at most (first, second); -1 where none is. */
function lastUpTo(rows: Float64Array, columns: number, first: number, second: number): number {
  return halve(rows, columns, (at) => {
    const own = rows[at] as number;
    return own < first || (own === first && (rows[at + 1] as number) <= second);
  });
}

/** The last of sorted rows that comes before (first, second); -1 where none does. */
function lastBefore(rows: Float64Array, columns: number, first: number, second: number): number {
  return halve(rows, columns, (at) => {
    const own = rows[at] as number;
    return own < first || (own === first && (rows[at + 1] as number) < second);
  });
}

/** The last row for which something is true that is true up to it and false after it. */
function halve(rows: Float64Array, columns: number, isTrue: (at: number) => boolean): number {
  let low = -1;
  let high = rows.length / columns - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isTrue(middle * columns)) low = middle;
    else high = middle - 1;
  }
  return low;
}
