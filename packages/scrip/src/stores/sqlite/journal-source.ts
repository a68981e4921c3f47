import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { NumberedEntry } from '../../ledger/journal-line.ts';
import { JOURNAL_MIGRATIONS } from './migrations/journal.ts';

/** A journal that is read from outside, beside the process that writes it. */
export interface JournalSource {
  /** The number of its last durable entry at this moment; 0 for none. */
  readonly lastNumber: () => number;
  /** Entries in journal order, in pages, after one number and up to another. Throws `UnreadableJournal`. */
  readonly pages: (after: number, upTo: number) => Generator<NumberedEntry[]>;
  readonly close: () => void;
}

/** A journal that cannot be read, or lacks entries; the message says what, and of which file. */
export class UnreadableJournal extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UnreadableJournal';
  }
}

const PAGE_ENTRIES = 2000;

/**
 * Opens a journal for reading alone. Each page is a read of its own: entries are only ever added, so that nothing is
 * missed, and no long read keeps the writer from folding its log back into the file. Throws `UnreadableJournal`.
 */
export function openJournalSource(file: string): JournalSource {
  // SQLite would make the file.
  if (!existsSync(file)) throw new UnreadableJournal(`there is no ledger: ${file} does not exist`);
  return named(file, () => {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    try {
      return openSource(file, database);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function openSource(file: string, database: DatabaseSync): JournalSource {
  const schema = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (schema > JOURNAL_MIGRATIONS.length)
    throw new UnreadableJournal(
      `${file} was written by a newer version of Scrip (schema ${schema}, known ${JOURNAL_MIGRATIONS.length})`,
    );
  const selectLast = database.prepare('SELECT max(position) AS last FROM entry');
  const selectPage = database.prepare(
    `SELECT position AS number, account_id AS accountId, version, body, personal, lower(hex(hash)) AS hash
     FROM entry WHERE position > ? AND position <= ? ORDER BY position LIMIT ${PAGE_ENTRIES}`,
  );
  function readPage(after: number, upTo: number): NumberedEntry[] {
    const page = named(file, () => selectPage.all(after, upTo)) as unknown as NumberedEntry[];
    // Numbers have no gaps, so that the first one that is not where it belongs names what is missing.
    for (let at = 0; at < Math.min(PAGE_ENTRIES, upTo - after); at += 1)
      if (page[at]?.number !== after + at + 1)
        throw new UnreadableJournal(`${file} is damaged: entry ${after + at + 1} is missing`);
    return page;
  }
  return {
    lastNumber: () => Number(named(file, () => selectLast.get())?.['last'] ?? 0),
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

/** What SQLite says of a file, with the file's name. */
function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR')
      throw new UnreadableJournal(`${file} cannot be read as a journal: ${error.message}`, error);
    throw error;
  }
}
