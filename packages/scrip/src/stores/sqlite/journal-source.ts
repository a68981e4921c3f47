import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { AccountState } from '../../core/account.ts';
import type { ChainEnd } from '../../ledger/anchor.ts';
import { WrongEntry } from '../../ledger/chain-ends.ts';
import type { NumberedEntry } from '../../ledger/journal-line.ts';
import type { EntryRows } from './entry-rows.ts';
import { createEntryRows } from './entry-rows.ts';
import { isThere } from './is-there.ts';
import { checkSchema } from './migrate.ts';
import { JOURNAL_MIGRATIONS } from './migrations/journal.ts';
import { openReadOnly } from './open-read-only.ts';
import type { SEAL_TABLES } from './seal.ts';
import { checkSeal, readSeal, readSealedAccount, readSealedEnds } from './seal.ts';
import type { StoredRow } from './stored-row.ts';

/** A journal that is read from outside, beside the process that writes it. */
export interface JournalSource {
  /** The number of its last durable entry at this moment; 0 for none. Throws `SealMoved`. */
  readonly lastNumber: () => number;
  readonly sealed: SealedEntries;
  /**
   * Entries in journal order, in pages, after one number and up to another. Throws `WrongEntry` for one that is
   * missing, or `SealMoved`.
   */
  readonly pages: (after: number, upTo: number) => Generator<NumberedEntry[]>;
  readonly close: () => void;
}

/** What stands for a journal's oldest entries, where they were sealed. */
export interface SealedEntries {
  /** How many were sealed; 0 where none were. */
  readonly after: number;
  /** Where every chain stood then. */
  readonly ends: readonly ChainEnd[];
  /** Where an account stood; null for one that had no entry. */
  readonly stateOf: (accountId: string) => AccountState | null;
  /** Those of the sealed entries that are kept. */
  readonly kept: () => Iterable<NumberedEntry>;
  readonly rows: (table: (typeof SEAL_TABLES)[number]) => Iterable<readonly SQLOutputValue[]>;
  /** Throws `SealChanged`. */
  readonly check: () => void;
}

/** There is no journal at a place. */
export class NoLedger extends Error {
  constructor(file: string) {
    super(`There is no ledger: ${file} does not exist.`);
    this.name = 'NoLedger';
  }
}

/** The journal was sealed while it was read: entries that it had when it was opened are in the sealed file now. */
export class SealMoved extends Error {
  /** How many are sealed now. */
  readonly after: number;

  constructor(after: number) {
    super(`the journal was sealed up to entry ${after} while it was read`);
    this.name = 'SealMoved';
    this.after = after;
  }
}

const PAGE_ENTRIES = 2000;

/**
 * Opens a journal for reading alone. Each page is a read of its own: entries are only ever added, so that nothing is
 * missed, and no long read keeps the writer from folding its log back into the file. Throws `NoLedger`, `DataTooNew`,
 * `WrongEntry` where there are not even tables, `SealMoved`.
 */
export function openJournalSource(file: string): JournalSource {
  // SQLite would make the file.
  if (!isThere(file)) throw new NoLedger(file);
  const database = openReadOnly(file);
  try {
    return sourceOf(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function numbered({ position: number, ...entry }: StoredRow): NumberedEntry {
  return { number, ...entry };
}

function readSealed(database: DatabaseSync, entryRows: EntryRows): SealedEntries {
  const seal = readSeal(database);
  const after = seal?.position ?? 0;
  return {
    after,
    ends: seal === null ? [] : readSealedEnds(database),
    stateOf: (accountId) => (seal === null ? null : (readSealedAccount(database, accountId)?.state ?? null)),
    kept: function* kept() {
      for (const row of entryRows.each({ after: 0, upTo: after })) yield numbered(row);
    },
    rows: (table) => {
      const select = database.prepare(`SELECT * FROM ${table}`);
      select.setReadBigInts(true);
      select.setReturnArrays(true);
      return select.iterate() as unknown as Iterable<readonly SQLOutputValue[]>;
    },
    check: () => {
      if (seal !== null) checkSeal(database);
    },
  };
}

function sourceOf(database: DatabaseSync): JournalSource {
  if (checkSchema(database, JOURNAL_MIGRATIONS) === 0) throw new WrongEntry(1, 'the file is empty');
  const entryRows = createEntryRows(database, 'main');
  const sealed = readSealed(database, entryRows);
  function refuseMoved(): void {
    const after = readSeal(database)?.position ?? 0;
    if (after !== sealed.after) throw new SealMoved(after);
  }
  // A seal may have come between its number and the ends of its chains.
  refuseMoved();
  function readPage(after: number, upTo: number): NumberedEntry[] {
    const page = entryRows.range({ after, upTo, limit: PAGE_ENTRIES }).map(numbered);
    // Numbers have no gaps, so that the first one that is not where it belongs names what is missing.
    for (let at = 0; at < Math.max(page.length, Math.min(PAGE_ENTRIES, upTo - after)); at += 1)
      if (page[at]?.number !== after + at + 1) {
        refuseMoved();
        throw new WrongEntry(after + at + 1, `entry ${after + at + 1} is missing`);
      }
    return page;
  }
  return {
    lastNumber: () => {
      const last = Math.max(entryRows.last(), sealed.after);
      // Where all of them have been sealed since, the last one that is here is not the last one that there was.
      refuseMoved();
      return last;
    },
    sealed,
    pages: function* pages(after, upTo) {
      let last = after;
      while (last < upTo) {
        const page = readPage(last, upTo);
        last += page.length;
        yield page;
      }
    },
    close: () => database.close(),
  };
}
