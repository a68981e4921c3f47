import { decodeEntry } from '../../core/entry-format.ts';
import type { Personal, RecordedEntry } from '../../ledger/store.ts';

/** A row of the journal as it is read and sent between threads. */
export interface StoredRow {
  readonly position: number;
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
  readonly personal: string | null;
  readonly hash: string;
}

/** The columns of a `StoredRow`, of a journal entry named `entry`. */
export const STORED_COLUMNS =
  'entry.position, entry.account_id AS accountId, entry.version, entry.body, entry.personal, lower(hex(entry.hash)) AS hash';

export function toRecorded(row: StoredRow): RecordedEntry {
  return {
    entry: decodeEntry(row),
    personal: row.personal === null ? null : (JSON.parse(row.personal) as Personal),
    hash: row.hash,
  };
}
