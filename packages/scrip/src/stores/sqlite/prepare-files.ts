import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { DERIVED_MIGRATIONS } from './migrations/derived.ts';
import { JOURNAL_MIGRATIONS } from './migrations/journal.ts';
import { migrate } from './migrate.ts';
import { openDerived, openJournal } from './open-files.ts';
import type { Seal } from './seal.ts';
import { readSeal } from './seal.ts';
import { seedDerived } from './seed-derived.ts';

/** Makes or migrates both files. A derived file that cannot be opened is made anew: the journal holds all of it. */
export function prepareFiles(files: { readonly journal: string; readonly derived: string }): void {
  const journal = openJournal(files.journal);
  migrate(journal, JOURNAL_MIGRATIONS);
  const seal = readSeal(journal);
  journal.close();
  try {
    prepareDerived(files, seal);
  } catch {
    removeDerived(files.derived);
    prepareDerived(files, seal);
  }
}

export function removeDerived(file: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
}

/** Makes or migrates the derived file. */
export function prepareDerived(
  { journal, derived: file }: { readonly journal: string; readonly derived: string },
  seal: Seal | null,
): void {
  const derived = openDerived(file);
  try {
    migrate(derived, DERIVED_MIGRATIONS);
    // The seed is nobody's secret, only unlike any other directory's.
    const seed = randomInt(2 ** 32);
    derived.prepare('INSERT OR IGNORE INTO progress (only, checkpoint, seed) VALUES (1, 0, ?)').run(seed);
    const kept = derived.prepare('SELECT checkpoint, seed FROM progress').get() as {
      checkpoint: number;
      seed: number;
    };
    if (kept.checkpoint === 0 && seal !== null) seedDerived(derived, journal, { seal, seed: kept.seed });
    const sealed = derived.prepare('SELECT sealed FROM progress').get()?.['sealed'];
    if (sealed !== (seal?.position ?? 0)) throw new Error('they were made before the journal was sealed');
  } finally {
    derived.close();
  }
}
