import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile } from './file-lock.ts';

export interface DataDirectory {
  readonly files: { readonly journal: string; readonly derived: string };
  readonly unlock: () => void;
}

/** Another process owns the directory: two would each hold their own state in memory and overwrite one another's. */
export class DirectoryInUse extends Error {
  constructor(directory: string, owner: string) {
    super(
      `the data directory ${directory} is in use by another Scrip${owner === '' ? '' : ` (process ${owner})`}.`,
    );
    this.name = 'DirectoryInUse';
  }
}

/** Entries are gone that were on the disk: what is derived from the journal is only ever written after it. */
export class JournalCut extends Error {
  constructor({ lastPosition, known }: { readonly lastPosition: number; readonly known: number }) {
    super(`the journal ends with entry ${lastPosition}, and derived.db knows of ${known} entries.`);
    this.name = 'JournalCut';
  }
}

const OWN_FILE = /^(?:(?:journal|derived|limits|lock)\.db|secret$|scrip\.pid$)/;

/** Makes the directory where it does not exist, readable by its owner only, and takes it for this process. Throws `DirectoryInUse`. */
export function openDataDirectory(directory: string): DataDirectory {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Where something else stands there, others may need the way in. The ledger's files are closed to them in any case.
  if (readdirSync(directory).every((name) => OWN_FILE.test(name))) chmodSync(directory, 0o700);
  const unlock = lock(directory);
  return {
    files: { journal: join(directory, 'journal.db'), derived: join(directory, 'derived.db') },
    unlock,
  };
}

function lock(directory: string): () => void {
  const pidFile = join(directory, 'scrip.pid');
  const unlock = lockFile(join(directory, 'lock.db'));
  if (unlock === null) throw new DirectoryInUse(directory, readOwner(pidFile));
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return unlock;
}

function readOwner(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return '';
  }
}
