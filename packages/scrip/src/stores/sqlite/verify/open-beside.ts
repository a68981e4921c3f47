import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { isThere } from '../is-there.ts';
import { NoLedger } from '../journal-source.ts';
import { knownEntries } from '../known-entries.ts';
import { checkSchema, DataTooNew } from '../migrate.ts';
import { DERIVED_MIGRATIONS } from '../migrations/derived.ts';
import { JOURNAL_MIGRATIONS } from '../migrations/journal.ts';
import { openReadOnly } from '../open-read-only.ts';
import { defineShares } from './share.ts';

/**
 * The journal for reading alone, also beside the server that writes it. Throws `NoLedger`, `DataTooNew`, and what
 * SQLite says when its bytes are damaged.
 */
export function openJournalBeside(file: string): DatabaseSync {
  // SQLite would say no more than that it cannot open it.
  if (!isThere(file)) throw new NoLedger(file);
  const journal = openBeside(file);
  checkSchema(journal, JOURNAL_MIGRATIONS);
  return journal;
}

/** Derived tables that are not there, or are those of another version. */
export class NoTables extends Error {
  /** As of `knownEntries`. */
  readonly known: number;

  constructor(reason: string, known = 0) {
    super(reason);
    this.name = 'NoTables';
    this.known = known;
  }
}

/** The derived tables as they are at this moment, however the server goes on. Throws `NoTables`, or what SQLite says. */
export function openDerivedBeside(file: string): DatabaseSync {
  if (!existsSync(file)) throw new NoTables('it does not exist');
  const derived = openBeside(file);
  const other = otherVersion(derived);
  if (other !== null) {
    const known = knownEntries(derived);
    derived.close();
    throw new NoTables(other, known);
  }
  derived.exec('BEGIN');
  return derived;
}

/** Whose the tables are, in words, where they are those of another version: this one makes its own again. */
function otherVersion(derived: DatabaseSync): string | null {
  try {
    const isOlder = checkSchema(derived, DERIVED_MIGRATIONS) < DERIVED_MIGRATIONS.length;
    return isOlder ? 'an older version of Scrip made it' : null;
  } catch (error) {
    if (error instanceof DataTooNew) return error.message;
    throw error;
  }
}

function openBeside(file: string): DatabaseSync {
  const database = openReadOnly(file);
  // The upper pages of a large file stay in memory while its entries are gone through.
  database.exec('PRAGMA cache_size = -65536');
  defineShares(database);
  return database;
}
