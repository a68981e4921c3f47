import { workerData } from 'node:worker_threads';
import type { Maintenance } from './journal-maintenance.ts';
import { createMaintenance } from './journal-maintenance.ts';
import { openJournal } from './open-files.ts';
import { serveThread, ThreadError } from './thread.ts';

/** One commit. Its entries are one text, because one long string crosses to a thread in a fraction of the time of many. */
export interface JournalCommit {
  readonly firstPosition: number;
  /** Lines, five for each entry: account, version, body, personal part (empty when there is none), hash. */
  readonly text: string;
}

const journal = openJournal((workerData as { file: string }).file);
const insert = journal.prepare(
  "INSERT INTO entry (position, account_id, version, body, personal, hash) VALUES (?, ?, ?, ?, nullif(?, ''), unhex(?))",
);

const maintain = createMaintenance(journal);

/** Appends the entries in one transaction and returns when they are on the disk. The error's code says how far it came. */
serveThread((commit: JournalCommit | Maintenance | 'close') => {
  if (commit === 'close') {
    journal.close();
    return 0;
  }
  if ('kind' in commit) return maintain(commit);
  try {
    journal.exec('BEGIN IMMEDIATE');
    appendLines(commit);
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
  return 0;
});

function appendLines({ firstPosition, text }: JournalCommit): void {
  const lines = text.split('\n');
  let position = firstPosition;
  for (let line = 0; line + 5 <= lines.length; line += 5) {
    const [accountId = '', version = '', body = '', personal = '', hash = ''] = lines.slice(line, line + 5);
    insert.run(position, accountId, Number(version), body, personal, hash);
    position += 1;
  }
}
