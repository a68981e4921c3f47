import type { DatabaseSync } from 'node:sqlite';
import type { IndexName } from '../segments/segment-indexes.ts';
import { INDEX_COLUMNS } from '../segments/segment-indexes.ts';
import { createPageReader, SegmentDamaged } from '../segments/segment-pages.ts';
import type { Segment } from '../segments/segment-set.ts';
import { HIGH_UNIT } from '../segments/usage-amount.ts';
import type { IndexSums } from './row-digest.ts';
import { addPage, noSum } from './row-digest.ts';

/** What reading an index of a segment came to. */
export interface ReadIndex {
  readonly sums: IndexSums;
  /** What look-ups would stumble over; null where nothing is. */
  readonly flaw: string | null;
}

/** Reads all pages of an index, adds up their rows, and looks whether look-ups find their way. Damaged pages are passed over. */
export function readIndex(
  derived: DatabaseSync,
  segment: Segment,
  name: IndexName,
  onPage: (rows: Float64Array) => void = () => {},
): ReadIndex {
  const stored = segment.indexes.get(name);
  const sums = noSum();
  if (stored === undefined) return { sums, flaw: null };
  const readPage = createPageReader(derived);
  const columns = INDEX_COLUMNS[name];
  let flaw: string | null = null;
  let rows = 0;
  let last: Float64Array | null = null;
  for (let page = 0; page < stored.fences.length / 2; page += 1) {
    const numbers = readUndamaged(readPage, stored.firstPage + page, columns);
    if (typeof numbers === 'string') {
      flaw ??= numbers;
      continue;
    }
    if (numbers[0] !== stored.fences[page * 2] || numbers[1] !== stored.fences[page * 2 + 1])
      flaw ??= 'what its header says of a page is not what that begins with';
    if (!isInOrder(name, last, numbers)) flaw ??= 'its rows are out of order';
    last = numbers.slice(-columns);
    rows += numbers.length / columns;
    // Rows of usage become one where they are alike, so that nothing is known of how many there are.
    addPage(sums, name, numbers);
    onPage(numbers);
  }
  if (rows !== stored.rows) flaw ??= `its header says that it has ${stored.rows} rows and not ${rows}`;
  return { sums, flaw };
}

function readUndamaged(
  readPage: (page: number) => Float64Array,
  page: number,
  columns: number,
): Float64Array | string {
  try {
    const numbers = readPage(page);
    if (numbers.length === 0 || numbers.length % columns !== 0) return `page ${page} has no whole rows`;
    for (let at = 0; at < numbers.length; at += 1)
      if (!Number.isSafeInteger(numbers[at])) return `page ${page} holds what is no integer`;
    return numbers;
  } catch (error) {
    if (error instanceof SegmentDamaged) return error.message;
    throw error;
  }
}

function isInOrder(name: IndexName, last: Float64Array | null, rows: Float64Array): boolean {
  const columns = INDEX_COLUMNS[name];
  if (last !== null && !isBefore(name, last, 0, rows, 0)) return false;
  for (let at = columns; at < rows.length; at += columns)
    if (!isBefore(name, rows, at - columns, rows, at)) return false;
  return true;
}

/** Whether a row may stand before another. */
function isBefore(name: IndexName, a: Float64Array, atA: number, b: Float64Array, atB: number): boolean {
  if (name === 'usage' && !((b[atB + 3] as number) >= 0 && (b[atB + 3] as number) < HIGH_UNIT)) return false;
  const columns = name === 'usage' ? 2 : INDEX_COLUMNS[name];
  for (let column = 0; column < columns; column += 1) {
    const one = a[atA + column] as number;
    const other = b[atB + column] as number;
    if (one !== other) return one < other;
  }
  return false;
}
