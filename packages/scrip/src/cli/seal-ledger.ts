import { join } from 'node:path';
import { encodeAnchor } from '../ledger/anchor.ts';
import { openDataDirectory } from '../stores/sqlite/data-directory.ts';
import { isThere } from '../stores/sqlite/is-there.ts';
import { NoLedger } from '../stores/sqlite/journal-source.ts';
import type { SealableJournal, SealPlan } from '../stores/sqlite/seal-journal.ts';
import { openSealableJournal } from '../stores/sqlite/seal-journal.ts';
import { isOutOfRoom } from '../stores/sqlite/sqlite-code.ts';
import { openSqliteStore } from '../stores/sqlite/sqlite-store.ts';
import { filesUnwritable } from './command-failure.ts';
import { noteDone } from './guard-output.ts';
import { makeTables } from './make-tables.ts';
import { startProgress } from './progress.ts';
import { say } from './terminal.ts';
import { createSealedFile } from './write-sealed.ts';

export interface Sealed {
  readonly entries: number;
  /** The number of the last entry that is sealed. */
  readonly upTo: number;
  readonly anchor: string | null;
}

/** Moves a stopped ledger's entries from before a moment into a file. Throws `CommandFailure` and what the files throw. */
export async function sealLedger(
  directory: string,
  { beforeMs, file, idsKeptMs }: { beforeMs: number; file: string; idsKeptMs: number },
): Promise<Sealed> {
  const journalFile = join(directory, 'journal.db');
  if (!isThere(journalFile)) throw new NoLedger(journalFile);
  // A start and a stop end what the last process was killed in: an erasing of personal data, above all.
  await (await openSqliteStore({ directory, idsKeptMs, now: Date.now })).close();
  const { files, unlock } = openDataDirectory(directory);
  try {
    const journal = openSealableJournal(files);
    try {
      const { after, upTo } = journal.count(beforeMs);
      if (upTo === after) {
        shrink(journal);
        return { entries: 0, upTo: after, anchor: null };
      }
      const sealed = createSealedFile(file, after);
      const from = journal.sealedEnds();
      const progress = startProgress(upTo - after, 'entries');
      const plan = journal.plan(beforeMs, (entry) => {
        sealed.write(entry);
        progress.advance(entry.number - after, entry.number - after);
      });
      await sealed.finish(plan.anchor, from);
      drop(journal, plan, file);
      noteDone('The entries were sealed', null);
      shrink(journal);
      progress.stop();
      await makeTables(directory);
      return { entries: upTo - after, upTo, anchor: encodeAnchor(plan.anchor) };
    } finally {
      journal.close();
    }
  } finally {
    unlock();
  }
}

/** Throws `CommandFailure` where there is no room for it: the whole ledger stays as it was. */
function drop(journal: SealableJournal, plan: SealPlan, file: string): void {
  try {
    journal.drop(plan);
  } catch (error) {
    if (!isOutOfRoom(error)) throw error;
    throw filesUnwritable(error, {
      hint: `Nothing was sealed, and nothing is lost. Make room on the disk, and run the command with another --to: ${file} is an export of what it would have sealed.`,
    });
  }
}

/** A file that keeps its size is no reason to say that nothing was sealed. */
function shrink(journal: SealableJournal): void {
  try {
    journal.shrink();
  } catch (error) {
    say(
      `All is sealed, but the file keeps its size: ${(error as Error).message}. Make room on the disk, and run the same command again.`,
    );
  }
}
