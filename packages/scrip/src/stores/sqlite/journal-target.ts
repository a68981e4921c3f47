import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { NumberedEntry } from '../../ledger/journal-line.ts';
import type { SealedEntries } from './journal-source.ts';
import { encodeBlocks } from './entry-block.ts';
import { createEntryRows, ERASE_PERSONAL } from './entry-rows.ts';
import { migrate } from './migrate.ts';
import { JOURNAL_MIGRATIONS } from './migrations/journal.ts';
import { SEAL_TABLES } from './seal.ts';

/** A journal that is being written beside the place where it will stand, and is put there when it is whole. */
export interface JournalTarget {
  /** Its file until then. */
  readonly partFile: string;
  /** Numbers follow one another. */
  readonly append: (entries: readonly NumberedEntry[]) => void;
  /** Takes over what stands for sealed entries, where the source has any. */
  readonly appendSealed: (sealed: SealedEntries) => void;
  /** Erases what entries before a version of their account name; an erasure may have come while they were copied. */
  readonly erasePersonal: (beforeVersions: ReadonlyMap<string, number>) => void;
  /** Closes the file, and keeps it to go on from. */
  readonly close: () => void;
  readonly discard: () => void;
  /** Puts the journal in its place. Whoever is killed before has changed nothing there. */
  readonly finish: () => void;
}

/** A journal that cannot be written: a full disk, mostly. */
export class UnwritableTarget extends Error {
  constructor(file: string, cause: Error) {
    super(`${file}: ${cause.message}`, { cause });
    this.name = 'UnwritableTarget';
  }
}

/** A journal was being written at a place and is not whole; a ledger that began there would hide what is missing. */
export class UnfinishedJournal extends Error {
  constructor(directory: string, partFile: string) {
    super(
      `an import or a restore into ${directory} was cut short: there is ${basename(partFile)}, and no journal.`,
    );
    this.name = 'UnfinishedJournal';
  }
}

/** The file in which a journal is written until it is whole. */
export function partFileOf(file: string): string {
  return `${file}.part`;
}

export interface JournalTargetOptions {
  /** Each batch is on the disk when it was appended, so that what a crash leaves can be gone on with. */
  readonly isKept: boolean;
  /** With what an earlier try has left; false: from the beginning. */
  readonly goOn: boolean;
}

/** Opens the part file of a journal. */
export function openJournalTarget(file: string, { isKept, goOn }: JournalTargetOptions): JournalTarget {
  const partFile = partFileOf(file);
  if (!goOn) removePart(partFile);
  const database = new DatabaseSync(partFile, { timeout: 10_000 });
  chmodSync(partFile, 0o600);
  // Not the write-ahead log of a serving ledger: whole, this is one file alone, and can be read where nothing can be written.
  database.exec(
    isKept
      ? 'PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;'
      : 'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;',
  );
  // What is erased is overwritten, and nothing of it goes into a file of its own.
  database.exec('PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;');
  migrate(database, JOURNAL_MIGRATIONS);
  const insertBlock = database.prepare('INSERT INTO block (last_position, entries) VALUES (?, ?)');
  const insertPersonal = database.prepare('INSERT INTO personal (position, data) VALUES (?, ?)');
  const close = () => {
    if (database.isOpen) database.close();
  };
  const write = (work: () => void) => {
    try {
      database.exec('BEGIN IMMEDIATE');
      work();
      database.exec('COMMIT');
    } catch (cause) {
      throw new UnwritableTarget(partFile, cause as Error);
    }
  };
  const insert = (entries: readonly NumberedEntry[]) => {
    for (const { lastPosition, text } of encodeBlocks(entries[0]?.number ?? 0, entries))
      insertBlock.run(lastPosition, text);
    for (const { number, personal } of entries) if (personal !== null) insertPersonal.run(number, personal);
  };
  return {
    partFile,
    append: (entries) => write(() => insert(entries)),
    appendSealed: (sealed) => {
      if (sealed.after === 0) return;
      write(() => {
        // What is kept lies apart.
        for (const entry of sealed.kept()) insert([entry]);
      });
      for (const table of SEAL_TABLES)
        for (const rows of inPages(sealed.rows(table))) {
          const places = rows[0]?.map(() => '?').join(', ');
          const insertRow = database.prepare(`INSERT INTO ${table} VALUES (${places})`);
          write(() => {
            for (const row of rows) insertRow.run(...row);
          });
        }
    },
    erasePersonal: (beforeVersions) => {
      if (beforeVersions.size > 0) write(() => eraseFrom(database, beforeVersions));
    },
    close,
    discard: () => {
      close();
      removePart(partFile);
    },
    finish: () => {
      close();
      sync(partFile);
      renameSync(partFile, file);
      syncDirectory(dirname(file));
    },
  };
}

/** Usage alone may have a row for nearly every entry that was sealed. */
const PAGE_ROWS = 10_000;

function* inPages<Row>(rows: Iterable<Row>): Generator<Row[]> {
  let page: Row[] = [];
  for (const row of rows) {
    page.push(row);
    if (page.length < PAGE_ROWS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** Positions whose personal parts are in memory at once. */
const STEP_ENTRIES = 10_000;

function eraseFrom(database: DatabaseSync, beforeVersions: ReadonlyMap<string, number>): void {
  const entryRows = createEntryRows(database, 'main');
  const erase = database.prepare(ERASE_PERSONAL);
  const last = entryRows.last();
  for (let after = 0; after < last; after += STEP_ENTRIES)
    for (const position of entryRows.personals({ after, upTo: after + STEP_ENTRIES }).keys()) {
      const { accountId, version } = entryRows.lineAt(position) ?? { accountId: '', version: 0 };
      if (version < (beforeVersions.get(accountId) ?? 0)) erase.run(position);
    }
}

export function hasPart(file: string): boolean {
  return existsSync(partFileOf(file));
}

/** Throws `UnfinishedJournal` where a journal is in its making, and none is there that was before. */
export function refuseUnfinished(file: string): void {
  if (hasPart(file) && !existsSync(file)) throw new UnfinishedJournal(dirname(file), partFileOf(file));
}

/** A file that was made, removed or renamed is so after a power cut too. */
export function syncDirectory(directory: string): void {
  sync(directory);
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function removePart(partFile: string): void {
  for (const ending of ['', '-journal']) rmSync(partFile + ending, { force: true });
}
