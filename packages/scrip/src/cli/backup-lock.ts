import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { lockFile } from '../stores/sqlite/file-lock.ts';
import { CommandFailure } from './command-failure.ts';

/**
 * Takes the name of a backup for this process, until what it gives back is called: two at once would write to one
 * part, and each take away what the other has written. A file beside the backup says so, and goes when it ends. Throws
 * `CommandFailure` when another process has it.
 */
export function lockBackup(to: string): () => void {
  const file = `${to}.part.lock`;
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  for (;;) {
    makeFile(file);
    const before = statSync(file, { throwIfNoEntry: false });
    if (before === undefined) continue;
    // Only an empty file is one of these.
    if (before.size > 0)
      throw CommandFailure.of('file-exists', `${file} exists already.`, {
        hint: 'Move it away, or name another place with --to.',
      });
    const unlock = lockFile(file);
    if (unlock === null) throw CommandFailure.of('backup-under-way', `Another backup to ${to} is under way.`);
    // Its owner may have removed it while it was opened here: that lock keeps nobody away.
    if (statSync(file, { throwIfNoEntry: false })?.ino === before.ino)
      return () => {
        rmSync(file, { force: true });
        unlock();
      };
    unlock();
  }
}

function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
