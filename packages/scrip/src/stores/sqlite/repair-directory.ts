import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDirectory } from './data-directory.ts';
import { openDataDirectory } from './data-directory.ts';
import { startDerivation } from './derivation.ts';
import { isThere } from './is-there.ts';
import { NoLedger } from './journal-source.ts';
import { prepareDerived, removeDerived } from './prepare-files.ts';
import { readSeal } from './seal.ts';
import type { EngineSizes } from './sqlite-store.ts';
import { DEFAULT_SIZES } from './sqlite-store.ts';
import type { VerifyOptions } from './verify-directory.ts';
import { goThroughDirectory, verifyDirectory } from './verify-directory.ts';
import { openJournalBeside } from './verify/open-beside.ts';
import type { Verification } from './verify/verification.ts';

export interface RepairOptions extends VerifyOptions {
  /** As of the store. */
  readonly sizes?: Partial<EngineSizes>;
}

export interface Repair {
  readonly before: Verification;
  /** Null where there was nothing to repair, or nothing that can be: a journal that is wrong itself. */
  readonly after: Verification | null;
}

/**
 * Makes the derived tables anew from the journal where they are not what it makes them. The journal is only read.
 * Takes the directory for this process: throws `DirectoryInUse` beside a server, `NoLedger` without one.
 */
export async function repairDirectory({ sizes, ...options }: RepairOptions): Promise<Repair> {
  const journal = join(options.directory, 'journal.db');
  // Taking a directory makes it.
  if (!isThere(journal)) throw new NoLedger(journal);
  const { files, unlock } = openDataDirectory(options.directory);
  try {
    const before = await verifyDirectory(options);
    if (before.projectionFlaws === null || before.projectionFlaws.length === 0)
      return { before, after: null };
    await rebuild(files, before.entries, { ...options, sizes: { ...DEFAULT_SIZES, ...sizes } });
    return { before, after: await verifyDirectory(options) };
  } finally {
    unlock();
  }
}

/** Beside the old tables, which stay until the new ones are whole. */
async function rebuild(
  files: DataDirectory['files'],
  entries: number,
  { sizes, ...options }: VerifyOptions & { readonly sizes: EngineSizes },
): Promise<void> {
  const derived = `${files.derived}.new`;
  removeDerived(derived);
  const journal = openJournalBeside(files.journal);
  const seal = readSeal(journal);
  journal.close();
  prepareDerived({ journal: files.journal, derived }, seal);
  const derivation = startDerivation({
    files: { journal: files.journal, derived },
    sizes,
    checkpoint: seal?.position ?? 0,
    onDerived: () => {},
    onSegment: () => {},
  });
  try {
    derivation.derive(entries);
    const snapshots = { every: sizes.snapshotEvery, keep: derivation.keepSnapshots };
    await goThroughDirectory({ ...options, keptAnchor: null, snapshots });
    await derivation.whenWithin(0, () => entries);
  } finally {
    await derivation.close();
  }
  removeDerived(files.derived);
  renameSync(derived, files.derived);
}
