import type { DatabaseSync } from 'node:sqlite';
import type { IndexName } from './segment-indexes.ts';
import { numbersOf, SegmentDamaged } from './segment-pages.ts';

/** An index of a segment, as its header describes it. */
export interface StoredIndex {
  readonly rows: number;
  /** Its pages are numbered from this one on. */
  readonly firstPage: number;
  /** The first two numbers of each page's first row. */
  readonly fences: Float64Array;
}

/** What the entries of a range of positions make: after one, up to another. */
export interface Segment {
  readonly segment: number;
  readonly after: number;
  readonly upTo: number;
  /** The latest time of its entries. */
  readonly latestMs: number;
  /** Those that have rows. */
  readonly indexes: ReadonlyMap<IndexName, StoredIndex>;
}

/** Two numbers. */
const FENCE_BYTES = 16;

/**
 * Reads the headers of all segments, oldest first, and keeps them: a segment never changes, and a number is never used
 * again, so that only headers of new ones are read. Throws `SegmentDamaged`.
 */
export function createSegmentSet(database: DatabaseSync): () => readonly Segment[] {
  const selectNewest = database.prepare('SELECT max(segment) AS newest FROM segment');
  const selectAll = database.prepare(
    'SELECT segment, after, up_to AS upTo, latest_ms AS latestMs FROM segment ORDER BY after',
  );
  const selectIndexes = database.prepare(
    'SELECT name, rows, first_page AS firstPage, fences FROM segment_index WHERE segment = ?',
  );
  let known: readonly Segment[] = [];
  let newest: unknown = null;

  function read(row: Omit<Segment, 'indexes'>): Segment {
    const indexes = new Map<IndexName, StoredIndex>();
    for (const { name, rows, firstPage, fences } of selectIndexes.all(row.segment)) {
      const bytes = fences as Uint8Array;
      if (bytes.length % FENCE_BYTES !== 0) throw new SegmentDamaged(`a header of segment ${row.segment}`);
      indexes.set(name as IndexName, {
        rows: rows as number,
        firstPage: firstPage as number,
        fences: numbersOf(bytes),
      });
    }
    return { ...row, indexes };
  }

  return () => {
    const last = selectNewest.get()?.['newest'];
    if (last === newest) return known;
    const before = new Map(known.map((one) => [one.segment, one]));
    const rows = selectAll.all() as unknown as Omit<Segment, 'indexes'>[];
    known = rows.map((row) => before.get(row.segment) ?? read(row));
    newest = last;
    return known;
  };
}
