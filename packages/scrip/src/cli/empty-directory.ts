import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDirectory } from '../stores/sqlite/data-directory.ts';
import { CommandFailure } from './command-failure.ts';

/** A data directory without a ledger, taken for this process. */
export interface EmptyDirectory {
  /** Where its journal will stand. */
  readonly journal: string;
  readonly secret: string;
  readonly release: () => void;
}

/** What another ledger may have left; beside it a new journal would be read together with the old one's indexes. */
const LEDGER_FILES = ['journal.db', 'journal.db-wal', 'journal.db-journal', 'derived.db', 'limits.db'];

/** What only says that the directory is taken. */
const LOCK_FILE = 'lock.db';
const LOCK_FILES = ['scrip.pid', 'lock.db-journal', LOCK_FILE];

/** Takes a directory that holds no ledger, or makes it. Throws `DirectoryInUse`, and `CommandFailure` when it is not empty. */
export function takeEmptyDirectory(directory: string): EmptyDirectory {
  const existed = existsSync(directory);
  // A backup has never been taken, and nothing is put into it. Of a directory that has, the lock is asked first: a
  // server may be running there.
  if (!existsSync(join(directory, LOCK_FILE))) refuseLedger(directory);
  const { files, unlock } = openDataDirectory(directory);
  try {
    refuseLedger(directory);
  } catch (error) {
    unlock();
    throw error;
  }
  return {
    journal: files.journal,
    secret: join(directory, 'secret'),
    release: () => {
      // Who found no directory leaves none behind when nothing came into it.
      const isUnused = !existed && readdirSync(directory).every((name) => LOCK_FILES.includes(name));
      if (isUnused) removeUnused(directory);
      unlock();
    },
  };
}

function refuseLedger(directory: string): void {
  const found = LEDGER_FILES.filter((name) => existsSync(join(directory, name)));
  if (found.length > 0)
    throw CommandFailure.of(
      'directory-not-empty',
      `${directory} holds a ledger already (${found.join(', ')}).`,
    );
}

/** With the lock still held, and its file last: as soon as that is gone, another process may take the directory. */
function removeUnused(directory: string): void {
  for (const name of LOCK_FILES) rmSync(join(directory, name), { force: true });
  try {
    rmdirSync(directory);
  } catch {
    // Somebody has just put something there: it stays.
  }
}
