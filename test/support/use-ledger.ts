import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Anchor } from '../../packages/scrip/src/ledger/anchor.ts';
import { verifyDirectory } from '../../packages/scrip/src/stores/sqlite/verify-directory.ts';
import type { JournalRow } from './journal-entries.ts';
import { readJournal, writeJournal, writeLedger } from './verify-ledger.ts';

/** A ledger that is written once for a file of tests; each test has a copy of its own. */
export function useLedger() {
  let original = '';
  let directory = '';

  beforeAll(async () => {
    original = mkdtempSync(join(tmpdir(), 'scrip-verify-'));
    await writeLedger(original);
  }, 60_000);
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'scrip-verify-'));
    cpSync(original, directory, { recursive: true });
    return () => rmSync(directory, { recursive: true, force: true });
  }, 60_000);
  afterAll(() => rmSync(original, { recursive: true, force: true }));

  /** In this thread: to start others takes longer than so small a journal does. */
  const optionsOf = (keptAnchor: Anchor | null) => ({
    directory,
    keptAnchor,
    threads: 1,
    onProgress: () => {},
  });
  const verify = (keptAnchor: Anchor | null = null) => verifyDirectory(optionsOf(keptAnchor));

  return {
    directory: () => directory,
    optionsOf,
    verify,
    /** Changes the rows of the journal by hand, and gives what is found. */
    afterForging: async (forge: (rows: JournalRow[]) => readonly JournalRow[]) => {
      writeJournal(directory, forge(readJournal(directory)));
      return verify();
    },
  };
}
