import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isThere } from './is-there.ts';
import { SQLITE, sqliteCodeOf } from './sqlite-code.ts';

const OPTIONS = { readOnly: true, timeout: 10_000 } as const;

/**
 * A file for reading alone, beside the process that writes it, or in a directory in which this user may not write:
 * SQLite makes files of its own there even to read. Throws what SQLite says.
 */
export function openReadOnly(file: string): DatabaseSync {
  const database = new DatabaseSync(file, OPTIONS);
  try {
    database.prepare('SELECT 1 FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    if (!UNWRITABLE.has(sqliteCodeOf(error))) throw error;
    if (isInUse(file)) throw withReason(error as Error, basename(file));
    return openImmutable(file);
  }
}

const UNWRITABLE: ReadonlySet<number | null> = new Set([SQLITE.READONLY, SQLITE.CANTOPEN]);

/** Whether a process has the file open, or has left something of it in its log: either is overlooked in a file that is immutable. */
function isInUse(file: string): boolean {
  return isThere(`${file}-shm`) || (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function openImmutable(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  return new DatabaseSync(url, OPTIONS);
}

function withReason(error: Error, name: string): Error {
  error.message = `${error.message}: a process has ${name} open or was killed in it, and ${name}-wal and ${name}-shm can be read together only`;
  return error;
}
