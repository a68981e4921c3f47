import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** The journal: a commit returns only when its bytes are on the disk. */
export function openJournal(file: string): DatabaseSync {
  const database = openOwn(file);
  // What is taken away is overwritten, also in pages that are free then.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
  return database;
}

/** Derived data survives a killed process; after a power cut it may be older, and is caught up from the journal. */
export function openDerived(file: string): DatabaseSync {
  const database = openOwn(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;');
  return database;
}

/** A file that its owner alone can read, as all that SQLite writes beside it. */
function openOwn(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  chmodSync(file, 0o600);
  return database;
}

/** Both files for reading: derived tables as `main`, the journal as `journal`. */
export function openForReading(files: { readonly journal: string; readonly derived: string }): DatabaseSync {
  const database = new DatabaseSync(files.derived, { timeout: 10_000 });
  database.exec('PRAGMA cache_size = -65536;');
  database.prepare('ATTACH DATABASE ? AS journal').run(files.journal);
  database.exec('PRAGMA query_only = ON;');
  return database;
}
