import type { DatabaseSync } from 'node:sqlite';
import { addToFilter, createFilter } from '../change-filter.ts';
import type { IndexName } from './segment-indexes.ts';
import { INDEX_COLUMNS, INDEX_NAMES } from './segment-indexes.ts';
import { bytesOf, createPageWriter } from './segment-pages.ts';
import { addRow, createRowBuffer } from './sorted-rows.ts';

/** What is known of a segment's ids of changes without reading its pages. */
export interface SegmentIds {
  readonly after: number;
  readonly upTo: number;
  /** The latest time of its entries. */
  readonly latestMs: number;
  readonly filter: Uint8Array;
}

export interface NewSegment {
  readonly after: number;
  readonly upTo: number;
  readonly latestMs: number;
  /** Rows of its index of changes. */
  readonly changes: number;
  /** The sorted rows of an index, page by page; a page is read before the next one is asked for. */
  readonly pages: (index: IndexName) => Iterable<Float64Array>;
}

export interface SegmentWriter {
  /** Adds a segment. The caller holds the transaction. */
  readonly add: (segment: NewSegment) => SegmentIds;
  /** Takes away a segment with its pages. The caller holds the transaction. */
  readonly remove: (segment: number) => void;
}

export function createSegmentWriter(database: DatabaseSync): SegmentWriter {
  const addPage = createPageWriter(database);
  const insertSegment = database.prepare(
    `INSERT INTO segment (segment, after, up_to, latest_ms, filter)
     VALUES ((SELECT ifnull(max(segment), 0) + 1 FROM segment), ?, ?, ?, ?)`,
  );
  const insertIndex = database.prepare(
    'INSERT INTO segment_index (segment, name, rows, first_page, fences) VALUES (?, ?, ?, ?, ?)',
  );
  const removePages = database.prepare(`DELETE FROM segment_page WHERE page >= ?1 AND page < ?1 + ?2`);
  const selectIndexes = database.prepare(
    'SELECT first_page AS firstPage, length(fences) / 16 AS pages FROM segment_index WHERE segment = ?',
  );
  const removeIndexes = database.prepare('DELETE FROM segment_index WHERE segment = ?');
  const removeSegment = database.prepare('DELETE FROM segment WHERE segment = ?');

  function addIndex(name: IndexName, pages: Iterable<Float64Array>) {
    const fences = createRowBuffer(2);
    let firstPage = 0;
    let numbers = 0;
    for (const page of pages) {
      const number = addPage(page);
      firstPage ||= number;
      numbers += page.length;
      addRow(fences, page[0] as number, page[1] as number);
    }
    const rows = numbers / INDEX_COLUMNS[name];
    return { name, rows, firstPage, fences: bytesOf(fences.numbers.subarray(0, fences.length)) };
  }

  return {
    add: ({ after, upTo, latestMs, changes, pages }) => {
      const filter = createFilter(changes);
      const indexes = INDEX_NAMES.map((name) =>
        addIndex(name, name === 'change' ? withFilter(filter, pages(name)) : pages(name)),
      );
      const segment = insertSegment.run(after, upTo, latestMs, filter).lastInsertRowid;
      for (const { name, rows, firstPage, fences } of indexes)
        if (rows > 0) insertIndex.run(segment, name, rows, firstPage, fences);
      return { after, upTo, latestMs, filter };
    },
    remove: (segment) => {
      for (const { firstPage, pages } of selectIndexes.all(segment) as unknown as PageRange[])
        removePages.run(firstPage, pages);
      removeIndexes.run(segment);
      removeSegment.run(segment);
    },
  };
}

interface PageRange {
  readonly firstPage: number;
  readonly pages: number;
}

function* withFilter(filter: Uint8Array, pages: Iterable<Float64Array>): Generator<Float64Array> {
  for (const page of pages) {
    for (let at = 0; at < page.length; at += INDEX_COLUMNS.change) addToFilter(filter, page[at] as number);
    yield page;
  }
}

/** How many numbers a page of an index holds: whole rows, one at least. */
export function pageLength(index: IndexName, pageBytes: number): number {
  const columns = INDEX_COLUMNS[index];
  const rows = Math.floor(pageBytes / (columns * Float64Array.BYTES_PER_ELEMENT));
  return Math.max(rows, 1) * columns;
}

/** Cuts sorted rows into pages. */
export function* pagesOf(index: IndexName, rows: Float64Array, pageBytes: number): Generator<Float64Array> {
  const length = pageLength(index, pageBytes);
  for (let at = 0; at < rows.length; at += length) yield rows.subarray(at, at + length);
}
