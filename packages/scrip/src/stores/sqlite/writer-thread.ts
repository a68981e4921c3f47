import { workerData } from 'node:worker_threads';
import { openJournal } from './open-files.ts';
import { serveThread, ThreadError } from './thread.ts';

/** The rows of one commit, flat: position, account, version, body, personal part, hash, and so on. */
export type JournalRows = (string | number | null)[];
export const JOURNAL_COLUMNS = 6;

const journal = openJournal((workerData as { file: string }).file);
const insert = journal.prepare(
  'INSERT INTO entry (position, account_id, version, body, personal, hash) VALUES (?, ?, ?, ?, ?, ?)',
);

/** Appends the rows in one transaction and returns when they are on the disk. The error's code says how far it came. */
serveThread((rows: JournalRows | 'close') => {
  if (rows === 'close') {
    journal.close();
    return;
  }
  try {
    journal.exec('BEGIN IMMEDIATE');
    for (let index = 0; index < rows.length; index += JOURNAL_COLUMNS)
      insert.run(
        rows[index] as number,
        rows[index + 1] as string,
        rows[index + 2] as number,
        rows[index + 3] as string,
        rows[index + 4] as string | null,
        Buffer.from(rows[index + 5] as string, 'hex'),
      );
  } catch (error) {
    if (journal.isTransaction) journal.exec('ROLLBACK');
    throw new ThreadError(error instanceof Error ? error.message : String(error), 'not-applied');
  }
  try {
    journal.exec('COMMIT');
  } catch (error) {
    // The rows may or may not be on the disk: nobody carries on from here, and the next start finds out.
    throw new ThreadError(error instanceof Error ? error.message : String(error), 'unknown');
  }
});
