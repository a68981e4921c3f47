import { workerData } from 'node:worker_threads';
import type { EntryBlock } from './entry-block.ts';
import type { Maintenance } from './journal-maintenance.ts';
import { createMaintenance } from './journal-maintenance.ts';
import { openJournal } from './open-files.ts';
import { serveThread, ThreadError } from './thread.ts';

/** What one commit adds: few long texts, because these cross to a thread in a fraction of the time of many short ones. */
export interface JournalCommit {
  readonly blocks: readonly EntryBlock[];
  readonly personals: readonly { readonly position: number; readonly data: string }[];
}

const journal = openJournal((workerData as { file: string }).file);
const insertBlock = journal.prepare('INSERT INTO block (last_position, entries) VALUES (?, ?)');
const insertPersonal = journal.prepare('INSERT INTO personal (position, data) VALUES (?, ?)');

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
    for (const { lastPosition, text } of commit.blocks) insertBlock.run(lastPosition, text);
    for (const { position, data } of commit.personals) insertPersonal.run(position, data);
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
