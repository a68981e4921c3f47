import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a file for this process, and makes it where it does not exist; null where another one has it. The lock is
 * SQLite's own: the system lets go of it however the process ends.
 */
export function lockFile(file: string): (() => void) | null {
  for (;;) {
    makeOwn(file);
    const before = inodeOf(file);
    const unlock = lockOnce(file);
    if (unlock === null) return null;
    // Whoever had it may have removed it while it was opened here: that lock would keep nobody away.
    if (before !== null && inodeOf(file) === before) return unlock;
    unlock();
  }
}

/**
 * Who can read it can lock it too: the file of an older version is closed to others. One that is there is never opened
 * here: to close it again would let go of the lock that this process may have on it.
 */
function makeOwn(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function inodeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}

function lockOnce(file: string): (() => void) | null {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes('locked')) return null;
    if (error instanceof Error) error.message = `${basename(file)}: ${error.message}`;
    throw error;
  }
  return () => database.close();
}
