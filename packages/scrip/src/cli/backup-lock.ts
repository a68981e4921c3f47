import { mkdirSync, rmSync, statSync } from 'node:fs';
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
  // Only an empty file is one of these.
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw CommandFailure.of('file-exists', `${file} exists already.`, {
      hint: 'Move it away, or name another place with --to.',
    });
  const unlock = lockFile(file);
  if (unlock === null) throw CommandFailure.of('backup-under-way', `Another backup to ${to} is under way.`);
  return () => {
    rmSync(file, { force: true });
    unlock();
  };
}
