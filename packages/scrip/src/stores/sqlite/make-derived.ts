import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { startDerivation } from './derivation.ts';
import type { SnapshotRow } from './deriver-thread.ts';
import { createEntryRows } from './entry-rows.ts';
import { openDerived, openJournal } from './open-files.ts';
import { newDerivedOf, prepareDerived, removeDerived } from './prepare-files.ts';
import { readSeal } from './seal.ts';
import type { EngineSizes } from './sqlite-store.ts';
import { DEFAULT_SIZES } from './sqlite-store.ts';
import type { VerifyOptions } from './verify-directory.ts';
import { goThroughDirectory } from './verify-directory.ts';
import { openJournalBeside } from './verify/open-beside.ts';
import type { JournalFlaw } from './verify/verification.ts';

export interface MakeOptions extends Omit<VerifyOptions, 'keptAnchor'> {
  /** As of the store. */
  readonly sizes?: Partial<EngineSizes>;
}

/**
 * Makes the derived tables of a journal, with the snapshots that a server would have kept, in a directory that this
 * process has taken. They are made beside the old ones, where there are any, which stay until the new ones are whole.
 * Gives what is wrong with the journal, which is gone through for it.
 */
export async function makeDerived({ sizes: given, ...options }: MakeOptions): Promise<JournalFlaw | null> {
  const sizes = { ...DEFAULT_SIZES, ...given };
  const { directory } = options;
  const [journal, old] = [join(directory, 'journal.db'), join(directory, 'derived.db')];
  const derived = newDerivedOf(old);
  removeDerived(derived);
  const { seal, entries } = readExtent(journal);
  let flaw: JournalFlaw | null;
  try {
    // An import's journal has no write-ahead log yet, and to begin one it must be alone.
    openJournal(journal).close();
    prepareDerived({ journal, derived }, seal);
    const derivation = startDerivation({
      files: { journal, derived },
      sizes,
      checkpoint: seal?.position ?? 0,
      onDerived: () => {},
      onSegment: () => {},
    });
    try {
      derivation.derive(entries);
      const keep = (rows: readonly SnapshotRow[]) => derivation.keepSnapshots(rows, entries);
      const snapshots = { every: sizes.snapshotEvery, keep };
      ({ journalFlaw: flaw } = await goThroughDirectory({ ...options, keptAnchor: null, snapshots }));
      await derivation.whenWithin(0, () => entries);
    } finally {
      await derivation.close();
    }
    foldLog(derived);
  } catch (error) {
    removeDerived(derived);
    throw error;
  }
  removeDerived(old);
  renameSync(derived, old);
  return flaw;
}

/** What is still in the write-ahead log would stay behind. SQLite does not say so when the last one who has the file closes it. */
function foldLog(file: string): void {
  const derived = openDerived(file);
  try {
    const { busy } = derived.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
    if (busy !== 0) throw new Error(`${file} is read by another program`);
  } finally {
    derived.close();
  }
}

function readExtent(file: string) {
  const journal = openJournalBeside(file);
  try {
    return { seal: readSeal(journal), entries: createEntryRows(journal, 'main').last() };
  } finally {
    journal.close();
  }
}
