import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { DERIVED_MIGRATIONS } from './migrations/derived.ts';
import { JOURNAL_MIGRATIONS } from './migrations/journal.ts';
import { migrate } from './migrate.ts';
import { openDerived, openJournal } from './open-files.ts';

/** Makes or migrates both files. A derived file that cannot be opened is made anew: the journal holds all of it. */
export function prepareFiles(files: { readonly journal: string; readonly derived: string }): void {
  const journal = openJournal(files.journal);
  migrate(journal, JOURNAL_MIGRATIONS);
  journal.close();
  try {
    prepareDerived(files.derived);
  } catch {
    removeDerived(files.derived);
    prepareDerived(files.derived);
  }
}

export function removeDerived(file: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
}

function prepareDerived(file: string): void {
  const derived = openDerived(file);
  try {
    migrate(derived, DERIVED_MIGRATIONS);
    // The seed is nobody's secret, only unlike any other directory's.
    derived
      .prepare('INSERT OR IGNORE INTO progress (only, checkpoint, seed) VALUES (1, 0, ?)')
      .run(randomInt(2 ** 32));
  } finally {
    derived.close();
  }
}
