import { chmodSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The journal: a commit returns only when its bytes are on the disk. */
export function openJournal(file: string): DatabaseSync {
  // What is taken away is overwritten, also in pages that are free then.
  return openOwn(file, 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
}

/** Derived data survives a killed process; after a power cut it may be older, and is caught up from the journal. */
export function openDerived(file: string): DatabaseSync {
  return openOwn(file, 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;');
}

/** A file that its owner alone can read, as all that SQLite writes beside it. */
function openOwn(file: string, pragmas: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file, { timeout: 10_000 });
    chmodSync(file, 0o600);
    database.exec(pragmas);
    return database;
  } catch (error) {
    throw withName(basename(file), error);
  }
}

/** The same error with a file's name: SQLite does not say which one, and only the journal is worth a backup. */
export function withName(name: string, error: unknown): unknown {
  if (error instanceof Error) error.message = `${name}: ${error.message}`;
  return error;
}

/** Both files for reading: derived tables as `main`, the journal as `journal`. */
export function openForReading(files: { readonly journal: string; readonly derived: string }): DatabaseSync {
  const database = new DatabaseSync(files.derived, { timeout: 10_000 });
  database.exec('PRAGMA cache_size = -65536;');
  database.prepare('ATTACH DATABASE ? AS journal').run(files.journal);
  database.exec('PRAGMA query_only = ON;');
  return database;
}
