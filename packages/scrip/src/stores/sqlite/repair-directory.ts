import { join } from 'node:path';
import { openDataDirectory } from './data-directory.ts';
import { isThere } from './is-there.ts';
import { NoLedger } from './journal-source.ts';
import type { MakeOptions } from './make-derived.ts';
import { makeDerived } from './make-derived.ts';
import type { VerifyOptions } from './verify-directory.ts';
import { verifyDirectory } from './verify-directory.ts';
import type { Verification } from './verify/verification.ts';

export type RepairOptions = VerifyOptions & MakeOptions;

export interface Repair {
  readonly before: Verification;
  /** Null where there was nothing to repair, or nothing that can be: a journal that is wrong itself. */
  readonly after: Verification | null;
}

/**
 * Makes the derived tables anew from the journal where they are not what it makes them. The journal is only read.
 * Takes the directory for this process: throws `DirectoryInUse` beside a server, `NoLedger` without one.
 */
export async function repairDirectory(options: RepairOptions): Promise<Repair> {
  const journal = join(options.directory, 'journal.db');
  // Taking a directory makes it.
  if (!isThere(journal)) throw new NoLedger(journal);
  const { unlock } = openDataDirectory(options.directory);
  try {
    const before = await verifyDirectory(options);
    if (before.projectionFlaws === null || before.projectionFlaws.length === 0)
      return { before, after: null };
    await makeDerived(options);
    return { before, after: await verifyDirectory(options) };
  } finally {
    unlock();
  }
}
