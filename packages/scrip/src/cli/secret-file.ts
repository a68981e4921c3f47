import { chmodSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { shapeSecret } from '../config/config.ts';
import { SettingError } from '../config/setting-error.ts';
import { syncDirectory } from '../stores/sqlite/journal-target.ts';
import { CommandFailure } from './command-failure.ts';
import { writeOwnFile } from './write-own-file.ts';

/**
 * The server's secret from its file, made on the first start; readable by the owner only. Throws `CommandFailure`
 * where something else stands in the file.
 */
export function readOrMakeSecret(file: string, newSecret: () => string): string {
  try {
    const secret = shapeSecret(`the secret in ${file}`, readFileSync(file, 'utf8').trim());
    closeToOthers(file);
    return secret;
  } catch (error) {
    if (error instanceof SettingError)
      throw CommandFailure.of(error.code, error.message, {
        hint: 'Put the file back from a copy: no key works without what it held.',
        cause: error,
      });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR')
      throw CommandFailure.of('file-unreadable', `${file} cannot be read: it is a directory.`, {
        hint: 'Put the file with the secret in its place: a mount of a file that is not there makes a directory.',
      });
    if (code !== 'ENOENT') throw error;
  }
  const secret = newSecret();
  writeSecret(file, `${secret}\n`);
  return secret;
}

/** Without the secret no key of the ledger opens anything: it is on the disk, and whole, when this returns. */
export function writeSecret(file: string, text: string): void {
  const part = `${file}.part`;
  rmSync(part, { force: true });
  writeOwnFile(part, text);
  renameSync(part, file);
  syncDirectory(dirname(file));
}

function closeToOthers(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    // Whoever put it there for this user to read, as a mount is, keeps it as it is.
    if (!['EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
