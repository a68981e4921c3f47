import type { DatabaseSync } from 'node:sqlite';

/** Brings a file to the newest schema; each migration is one transaction. Throws when a newer Scrip wrote the file. */
export function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  const applied = userVersion(database);
  if (applied > migrations.length)
    throw new Error(
      `the data was written by a newer version of Scrip (schema ${applied}, known ${migrations.length})`,
    );
  for (let version = applied; version < migrations.length; version += 1)
    database.exec(`BEGIN IMMEDIATE; ${migrations[version]} PRAGMA user_version = ${version + 1}; COMMIT;`);
}

function userVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}
