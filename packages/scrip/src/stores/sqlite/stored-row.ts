import { decodeEntry } from '../../core/entry-format.ts';
import type { Personal, RecordedEntry } from '../../ledger/store.ts';

/** An entry of the journal as it is read and sent between threads. */
export interface StoredRow {
  readonly position: number;
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
  readonly personal: string | null;
  readonly hash: string;
}

export function toRecorded(row: StoredRow): RecordedEntry {
  return {
    entry: decodeEntry(row),
    personal: row.personal === null ? null : (JSON.parse(row.personal) as Personal),
    hash: row.hash,
  };
}
