import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { NumberedEntry } from '../../ledger/journal-line.ts';
import type { JournalSource } from './journal-source.ts';
import { migrate } from './migrate.ts';
import { JOURNAL_MIGRATIONS } from './migrations/journal.ts';

/** A journal that is being written beside the place where it will stand, and is put there when it is whole. */
export interface JournalTarget {
  /** Its file until then. */
  readonly partFile: string;
  /** Durable when it returns. Numbers follow one another. */
  readonly append: (entries: readonly NumberedEntry[]) => void;
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

/** The file in which a journal is written until it is whole. */
export function partFileOf(file: string): string {
  return `${file}.part`;
}

/** Appends all entries up to one number that a journal holds. */
export function copyEntries(
  source: JournalSource,
  target: JournalTarget,
  { upTo, onCopied }: { readonly upTo: number; readonly onCopied: (entries: number) => void },
): void {
  for (const page of source.pages(0, upTo)) {
    target.append(page);
    onCopied(page.at(-1)?.number ?? 0);
  }
}

/** Opens the part file of a journal: what an earlier try left of it, or a new one. */
export function openJournalTarget(file: string, { goOn }: { readonly goOn: boolean }): JournalTarget {
  const partFile = partFileOf(file);
  if (!goOn) removePart(partFile);
  const database = new DatabaseSync(partFile, { timeout: 10_000 });
  chmodSync(partFile, 0o600);
  // Not the write-ahead log of a serving ledger: whole, this is one file alone, and can be read where nothing can be written.
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;');
  migrate(database, JOURNAL_MIGRATIONS);
  const insert = database.prepare(
    'INSERT INTO entry (position, account_id, version, body, personal, hash) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const close = () => {
    if (database.isOpen) database.close();
  };
  return {
    partFile,
    append: (entries) => {
      try {
        database.exec('BEGIN IMMEDIATE');
        for (const { number, accountId, version, body, personal, hash } of entries)
          insert.run(number, accountId, version, body, personal, Buffer.from(hash, 'hex'));
        database.exec('COMMIT');
      } catch (cause) {
        throw new UnwritableTarget(partFile, cause as Error);
      }
    },
    close,
    discard: () => {
      close();
      removePart(partFile);
    },
    finish: () => {
      close();
      renameSync(partFile, file);
      syncDirectory(dirname(file));
    },
  };
}

export function hasPart(file: string): boolean {
  return existsSync(partFileOf(file));
}

/** A file that was made, removed or renamed is so after a power cut too. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function removePart(partFile: string): void {
  for (const ending of ['', '-journal']) rmSync(partFile + ending, { force: true });
}
