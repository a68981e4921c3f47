import type { Entry } from '../../core/entry.ts';
import { decodeEntry } from '../../core/entry-format.ts';
import { unreadable } from '../../ledger/fault.ts';
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

/** Throws a `Fault` where the entry or its personal part is damaged. */
export function toRecorded(row: Omit<StoredRow, 'position'>): RecordedEntry {
  return {
    entry: readEntry(row),
    personal: row.personal === null ? null : readPersonal(row, row.personal),
    hash: row.hash,
  };
}

/** The parser's own error would be taken for a bug. */
function readEntry(row: Omit<StoredRow, 'position'>): Entry {
  try {
    return decodeEntry(row);
  } catch {
    throw unreadable(new Error(`version ${row.version} of ${row.accountId} cannot be read`));
  }
}

/** The parser's own error would bring a name into the log. */
function readPersonal(
  { accountId, version }: Pick<StoredRow, 'accountId' | 'version'>,
  text: string,
): Personal {
  try {
    return JSON.parse(text) as Personal;
  } catch {
    throw unreadable(new Error(`version ${version} of ${accountId}: its personal data cannot be read`));
  }
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
