import { decodeEntry } from '../../core/entry-format.ts';
import type { Personal, RecordedEntry } from '../../ledger/store.ts';
import { eachOfBlock, linesOf } from './entry-block.ts';

/** An entry of the journal as it is read and sent between threads. */
export interface StoredRow {
  readonly position: number;
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
  readonly personal: string | null;
  readonly hash: string;
}

export function toRecorded(row: Omit<StoredRow, 'position'>): RecordedEntry {
  return {
    entry: decodeEntry(row),
    personal: row.personal === null ? null : (JSON.parse(row.personal) as Personal),
    hash: row.hash,
  };
}

/** A page of rows on its way between threads: one text crosses in a twentieth of the time that a list of objects takes. */
export interface PackedRows {
  /** As in a block. */
  readonly text: string;
  readonly personals: readonly (string | null)[];
}

export function packRows(rows: readonly StoredRow[]): PackedRows {
  return { text: rows.map(linesOf).join('\n'), personals: rows.map(({ personal }) => personal) };
}

export function unpackRows({ text, personals }: PackedRows): RecordedEntry[] {
  const recorded: RecordedEntry[] = [];
  if (personals.length > 0)
    eachOfBlock({ text, lastPosition: personals.length }, ({ position: place, ...entry }) =>
      recorded.push(toRecorded({ ...entry, personal: personals[place - 1] ?? null })),
    );
  return recorded;
}
