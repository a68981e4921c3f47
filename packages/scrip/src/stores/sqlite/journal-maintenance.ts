import type { DatabaseSync } from 'node:sqlite';
import { ERASE_PERSONAL } from './entry-rows.ts';

/** What is done to the journal's file besides appending to it. Each is durable when it is answered. */
export type Maintenance =
  /** Notes that an account's personal data is being erased; answered with the note's number. */
  | { readonly kind: 'mark'; readonly accountId: string }
  | { readonly kind: 'unmark'; readonly mark: number }
  /** Erases the personal parts of entries. */
  | { readonly kind: 'erase'; readonly positions: readonly number[] }
  /** Cuts the write-ahead log to nothing; answered with 1, or with 0 while somebody reads in it. */
  | { readonly kind: 'empty-log' };

/** Does such work on the connection that appends: SQLite has one writer. */
export function createMaintenance(journal: DatabaseSync): (request: Maintenance) => number {
  // Nothing of what is erased goes into a file of its own.
  journal.exec('PRAGMA temp_store = MEMORY;');
  const erase = journal.prepare(ERASE_PERSONAL);
  const mark = journal.prepare('INSERT INTO erasure (account_id) VALUES (?)');
  const unmark = journal.prepare('DELETE FROM erasure WHERE mark = ?');

  return (request) => {
    switch (request.kind) {
      case 'mark':
        return Number(mark.run(request.accountId).lastInsertRowid);
      case 'unmark':
        return Number(unmark.run(request.mark).changes);
      case 'erase':
        journal.exec('BEGIN IMMEDIATE');
        for (const position of request.positions) erase.run(position);
        journal.exec('COMMIT');
        return request.positions.length;
      case 'empty-log':
        return emptyLog(journal) ? 1 : 0;
    }
  };
}

/** Waits for readers a moment only: commits wait behind it. */
function emptyLog(journal: DatabaseSync): boolean {
  journal.exec('PRAGMA busy_timeout = 20');
  try {
    return journal.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
  } finally {
    journal.exec('PRAGMA busy_timeout = 10000');
  }
}
