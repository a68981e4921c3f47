import type { DatabaseSync } from 'node:sqlite';

/** A newer version of Scrip wrote the files: this one would not know what stands in them. */
export class DataTooNew extends Error {
  constructor(schema: number, known: number) {
    super(`the data was written by a newer version of Scrip (schema ${schema}, known ${known})`);
    this.name = 'DataTooNew';
  }
}

/** Brings a file to the newest schema; each migration is one transaction. Throws `DataTooNew`. */
export function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  const applied = checkSchema(database, migrations);
  for (let version = applied; version < migrations.length; version += 1)
    database.exec(`BEGIN IMMEDIATE; ${migrations[version]} PRAGMA user_version = ${version + 1}; COMMIT;`);
}

/** How many migrations a file has had. Throws `DataTooNew`. */
export function checkSchema(database: DatabaseSync, migrations: readonly string[]): number {
  const applied = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (applied > migrations.length) throw new DataTooNew(applied, migrations.length);
  return applied;
}
