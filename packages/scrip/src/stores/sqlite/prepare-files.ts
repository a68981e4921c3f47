import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { JournalCut } from './data-directory.ts';
import { createEntryRows } from './entry-rows.ts';
import { isThere } from './is-there.ts';
import { knownEntries } from './known-entries.ts';
import { DERIVED_MIGRATIONS } from './migrations/derived.ts';
import { JOURNAL_MIGRATIONS } from './migrations/journal.ts';
import { checkSchema, migrate } from './migrate.ts';
import { openDerived, openJournal, withName } from './open-files.ts';
import type { Seal } from './seal.ts';
import { readSeal } from './seal.ts';
import { seedDerived } from './seed-derived.ts';
import { SQLITE, sqliteCodeOf } from './sqlite-code.ts';

/** What SQLite says of bytes that it did not write, and of tables and rows that Scrip did not. */
const FILE_CODES: ReadonlySet<number | null> = new Set([
  SQLITE.ERROR,
  SQLITE.CORRUPT,
  SQLITE.CONSTRAINT,
  SQLITE.NOTADB,
]);

interface Files {
  readonly journal: string;
  readonly derived: string;
}

/** The derived tables begin behind another seal than the journal does. */
class OtherSeal extends Error {
  constructor() {
    super('it was made before the journal was sealed');
    this.name = 'OtherSeal';
  }
}

/**
 * Makes or migrates both files. A derived file that is damaged, or was made before the journal was sealed, is made anew:
 * the journal holds all of it. `onDerivedAnew` is told why. Throws `DataTooNew` and `JournalCut` before anything is
 * changed, and what the file cannot help: a lock, a full disk.
 */
export function prepareFiles(files: Files, onDerivedAnew: (why: string) => void = () => {}): void {
  const seal = prepareJournal(files);
  // What a kill has left where they were being made.
  removeDerived(newDerivedOf(files.derived));
  try {
    prepareDerived(files, seal);
  } catch (error) {
    if (!isOfFile(error)) throw error;
    onDerivedAnew(error.message);
    removeDerived(files.derived);
    prepareDerived(files, seal);
  }
}

function prepareJournal(files: Files): Seal | null {
  // Opening it would make it.
  const known = readKnownEntries(files.derived);
  if (known > 0 && !isThere(files.journal)) throw new JournalCut({ lastPosition: 0, known });
  const journal = openJournal(files.journal);
  try {
    const isNew = checkSchema(journal, JOURNAL_MIGRATIONS) === 0;
    const lastPosition = isNew
      ? 0
      : Math.max(createEntryRows(journal, 'main').last(), readSeal(journal)?.position ?? 0);
    // To make the derived tables anew, or to migrate them, would remove all that knows of what is missing.
    if (known > lastPosition) throw new JournalCut({ lastPosition, known });
    migrate(journal, JOURNAL_MIGRATIONS);
    return readSeal(journal);
  } finally {
    journal.close();
  }
}

/** As `knownEntries`; 0 where the file is missing or damaged. Throws `DataTooNew`, and what the file cannot help. */
function readKnownEntries(file: string): number {
  if (!isThere(file)) return 0;
  let derived: DatabaseSync | null = null;
  try {
    derived = openDerived(file);
    checkSchema(derived, DERIVED_MIGRATIONS);
    return knownEntries(derived);
  } catch (error) {
    if (isOfFile(error)) return 0;
    // Opening names it already.
    throw derived === null ? error : withName(basename(file), error);
  } finally {
    derived?.close();
  }
}

/** Whether another file in its place would do. */
function isOfFile(error: unknown): error is Error {
  return error instanceof OtherSeal || FILE_CODES.has(sqliteCodeOf(error));
}

/** Where tables are made that will take the place of those that there are. */
export function newDerivedOf(file: string): string {
  return `${file}.new`;
}

export function removeDerived(file: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
}

/** Makes or migrates the derived file. */
export function prepareDerived({ journal, derived: file }: Files, seal: Seal | null): void {
  const derived = openDerived(file);
  let name = basename(file);
  try {
    migrate(derived, DERIVED_MIGRATIONS);
    // The seed is nobody's secret, only unlike any other directory's.
    const seed = randomInt(2 ** 32);
    derived.prepare('INSERT OR IGNORE INTO progress (only, checkpoint, seed) VALUES (1, 0, ?)').run(seed);
    const kept = derived.prepare('SELECT checkpoint, seed FROM progress').get() as {
      checkpoint: number;
      seed: number;
    };
    if (kept.checkpoint === 0 && seal !== null) {
      // Either may be what fails.
      name = `${name} from ${basename(journal)}`;
      seedDerived(derived, journal, { seal, seed: kept.seed });
    }
    const sealed = derived.prepare('SELECT sealed FROM progress').get()?.['sealed'];
    if (sealed !== (seal?.position ?? 0)) throw new OtherSeal();
  } catch (error) {
    throw withName(name, error);
  } finally {
    derived.close();
  }
}
