import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a file for this process, and makes it where it does not exist; null where another one has it. The lock is
 * SQLite's own: the system lets go of it however the process ends.
 */
export function lockFile(file: string): (() => void) | null {
  for (;;) {
    // Who can read it can lock it too. The file of an older version is open to others.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    const before = inodeOf(file);
    const unlock = lockOnce(file);
    if (unlock === null) return null;
    // Whoever had it may have removed it while it was opened here: that lock would keep nobody away.
    if (before !== null && inodeOf(file) === before) return unlock;
    unlock();
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
