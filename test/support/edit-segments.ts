import type { DatabaseSync } from 'node:sqlite';
import type { IndexName } from '../../packages/scrip/src/stores/sqlite/segments/segment-indexes.ts';
import { INDEX_COLUMNS } from '../../packages/scrip/src/stores/sqlite/segments/segment-indexes.ts';
import { bytesOf, createPageReader } from '../../packages/scrip/src/stores/sqlite/segments/segment-pages.ts';
import { createSegmentSet } from '../../packages/scrip/src/stores/sqlite/segments/segment-set.ts';

export type Row = [first: number, second: number, ...rest: number[]];

/** The number that segments name an account by. */
export function numberOf(database: DatabaseSync, accountId: string): number {
  const row = database.prepare('SELECT number FROM account WHERE account_id = ?').get(accountId);
  return Number(row?.['number']);
}

/** All rows of an index, segment by segment. */
export function readRows(database: DatabaseSync, index: IndexName): Row[][] {
  const readPage = createPageReader(database);
  return createSegmentSet(database)().map(({ indexes }) => {
    const { firstPage = 0, fences = new Float64Array(0) } = indexes.get(index) ?? {};
    return Array.from({ length: fences.length / 2 }, (_, page) =>
      rowsIn(readPage(firstPage + page), INDEX_COLUMNS[index]),
    ).flat();
  });
}

/**
 * Changes the rows of an index by hand, in each segment that has it, as if the segment had been written so: in order,
 * in as many pages, with their fences.
 */
export function editIndex(database: DatabaseSync, index: IndexName, edit: (rows: Row[]) => Row[]): void {
  const all = readRows(database, index);
  for (const [at, { segment, indexes }] of createSegmentSet(database)().entries()) {
    const stored = indexes.get(index);
    if (stored === undefined) continue;
    const rows = edit(all[at] ?? []).toSorted(([a, b, c = 0], [d, e, f = 0]) => a - d || b - e || c - f);
    const pages = stored.fences.length / 2;
    const perPage = Math.ceil(rows.length / pages);
    const fences: number[] = [];
    for (let page = 0; page < pages; page += 1) {
      const own = rows.slice(page * perPage, (page + 1) * perPage);
      if (own[0] === undefined) {
        database.prepare('DELETE FROM segment_page WHERE page = ?').run(stored.firstPage + page);
        continue;
      }
      fences.push(own[0][0], own[0][1]);
      writePage(database, stored.firstPage + page, own.flat());
    }
    database
      .prepare('UPDATE segment_index SET rows = ?, fences = ? WHERE segment = ? AND name = ?')
      .run(rows.length, bytesOf(Float64Array.from(fences)), segment, index);
  }
}

export function writePage(database: DatabaseSync, page: number, numbers: readonly number[]): void {
  database
    .prepare('UPDATE segment_page SET rows = ? WHERE page = ?')
    .run(bytesOf(Float64Array.from(numbers)), page);
}

function rowsIn(numbers: Float64Array, columns: number): Row[] {
  return Array.from(
    { length: numbers.length / columns },
    (_, row) => [...numbers.subarray(row * columns, (row + 1) * columns)] as unknown as Row,
  );
}
