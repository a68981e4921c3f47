import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createEntryRows } from '../../packages/scrip/src/stores/sqlite/entry-rows.ts';
import { openJournalBeside } from '../../packages/scrip/src/stores/sqlite/verify/open-beside.ts';
import { verifyDirectory } from '../../packages/scrip/src/stores/sqlite/verify-directory.ts';
import type { ChildServer } from '../servers/child-server.ts';
import type { Check } from '../workload.ts';

/** To start a thread takes as long as to verify a hundred thousand entries. */
const SHARED_FROM_ENTRIES = 1_000_000;

/** Entries in a ledger's journal, also while it is served. */
export function countEntries(directory: string): number {
  const journal = openJournalBeside(join(directory, 'journal.db'));
  try {
    return createEntryRows(journal, 'main').last();
  } finally {
    journal.close();
  }
}

/**
 * Ends a server and verifies its ledger as a user would: while it runs, what it has acknowledged is in its memory and
 * may be nowhere else. `entries`: those that there were before the load, and those that were acknowledged.
 */
export async function checkFiles(
  server: ChildServer,
  { directory, entries }: { readonly directory: string; readonly entries: number },
): Promise<Check> {
  await server.stop();
  const threads = entries < SHARED_FROM_ENTRIES ? 1 : availableParallelism();
  const found = await verifyDirectory({ directory, keptAnchor: null, threads, onProgress: () => {} });
  const flaw = found.journalFlaw ?? found.projectionFlaws?.[0] ?? null;
  const counted = `${found.entries.toLocaleString('en')} entries`;
  return {
    what: `Scrip: after its end, its files verify, and the journal has the ${entries.toLocaleString('en')} entries that there were and that were acknowledged`,
    problem: flaw !== null ? JSON.stringify(flaw) : found.entries === entries ? null : `it has ${counted}`,
  };
}
