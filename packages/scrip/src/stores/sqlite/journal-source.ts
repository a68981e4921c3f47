import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { ChainEnd } from '../../ledger/anchor.ts';
import { WrongEntry } from '../../ledger/chain-ends.ts';
import type { NumberedEntry } from '../../ledger/journal-line.ts';
import { checkSchema } from './migrate.ts';
import { JOURNAL_MIGRATIONS } from './migrations/journal.ts';
import { readSeal, readSealedEnds } from './seal.ts';

/** A journal that is read from outside, beside the process that writes it. */
export interface JournalSource {
  /** The number of its last durable entry at this moment; 0 for none. */
  readonly lastNumber: () => number;
  /** Where every chain stood when the oldest entries were sealed, and after how many; 0 where none were. */
  readonly sealed: { readonly after: number; readonly ends: readonly ChainEnd[] };
  /** Entries in journal order, in pages, after one number and up to another. Throws `WrongEntry` for one that is missing. */
  readonly pages: (after: number, upTo: number) => Generator<NumberedEntry[]>;
  readonly close: () => void;
}

/** There is no journal at a place. */
export class NoLedger extends Error {
  constructor(file: string) {
    super(`There is no ledger: ${file} does not exist.`);
    this.name = 'NoLedger';
  }
}

const PAGE_ENTRIES = 2000;

/**
 * Opens a journal for reading alone. Each page is a read of its own: entries are only ever added, so that nothing is
 * missed, and no long read keeps the writer from folding its log back into the file. Throws `NoLedger`, `DataTooNew`.
 */
export function openJournalSource(file: string): JournalSource {
  // SQLite would make the file.
  if (!existsSync(file)) throw new NoLedger(file);
  const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    return sourceOf(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function readSealed(database: DatabaseSync): JournalSource['sealed'] {
  const seal = readSeal(database);
  return seal === null ? { after: 0, ends: [] } : { after: seal.position, ends: readSealedEnds(database) };
}

function sourceOf(database: DatabaseSync): JournalSource {
  checkSchema(database, JOURNAL_MIGRATIONS);
  const sealed = readSealed(database);
  const selectLast = database.prepare('SELECT max(position) AS last FROM entry');
  const selectPage = database.prepare(
    `SELECT position AS number, account_id AS accountId, version, body, personal, lower(hex(hash)) AS hash
     FROM entry WHERE position > ? AND position <= ? ORDER BY position LIMIT ${PAGE_ENTRIES}`,
  );
  function readPage(after: number, upTo: number): NumberedEntry[] {
    const page = selectPage.all(after, upTo) as unknown as NumberedEntry[];
    // Numbers have no gaps, so that the first one that is not where it belongs names what is missing.
    for (let at = 0; at < Math.min(PAGE_ENTRIES, upTo - after); at += 1)
      if (page[at]?.number !== after + at + 1)
        throw new WrongEntry(after + at + 1, `entry ${after + at + 1} is missing`);
    return page;
  }
  return {
    lastNumber: () => Math.max(Number(selectLast.get()?.['last'] ?? 0), sealed.after),
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
