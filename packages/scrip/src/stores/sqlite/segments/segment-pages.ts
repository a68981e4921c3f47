import type { DatabaseSync } from 'node:sqlite';

/** With what SQLite writes beside it, such a page of rows just fits a page of the file. */
export const PAGE_BYTES = 4032;

/** A page or a header that is not there, or is no array of numbers. */
export class SegmentDamaged extends Error {
  constructor(what: string) {
    super(`${what} is missing or damaged`);
    this.name = 'SegmentDamaged';
  }
}

/** Reads the numbers of a page's rows; throws `SegmentDamaged`. */
export function createPageReader(database: DatabaseSync): (page: number) => Float64Array {
  const select = database.prepare('SELECT rows FROM segment_page WHERE page = ?');
  return (page) => {
    const bytes = select.get(page)?.['rows'] as Uint8Array | undefined;
    if (bytes === undefined || bytes.length % Float64Array.BYTES_PER_ELEMENT !== 0)
      throw new SegmentDamaged(`page ${page} of the segments`);
    return numbersOf(bytes);
  };
}

/**
 * Adds pages, whose numbers go up one by one within a transaction, and gives each page's number. None is ever used
 * again: pages are taken away only after others that replace them were added. The caller holds the transaction.
 */
export function createPageWriter(database: DatabaseSync): (rows: Float64Array) => number {
  const insert = database.prepare('INSERT INTO segment_page (rows) VALUES (?)');
  return (rows) => Number(insert.run(bytesOf(rows)).lastInsertRowid);
}

export function numbersOf(bytes: Uint8Array): Float64Array {
  const aligned = bytes.byteOffset % Float64Array.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new Float64Array(
    aligned.buffer,
    aligned.byteOffset,
    aligned.length / Float64Array.BYTES_PER_ELEMENT,
  );
}

export function bytesOf(numbers: Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
