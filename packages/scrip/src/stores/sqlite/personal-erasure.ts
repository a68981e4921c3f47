import { setTimeout as pause } from 'node:timers/promises';
import { asUnknown, Fault } from '../../ledger/fault.ts';
import type { DiskReads } from './disk-reads.ts';
import { ask } from './disk-reads.ts';
import type { JournalTail } from './journal-tail.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { Erasing } from './reader-thread.ts';
import type { Thread } from './thread.ts';

/** Versions that one look at the disk goes through, and rows that one transaction changes: others come in between. */
const STEP_ROWS = 2000;
/** How often, and how long between, the log is asked to be emptied while somebody still reads in it: some ten seconds, half of what a request may take. */
const TRIES = 100;
const PAUSE_MS = 80;

/** Takes names, notes and metadata out of the journal's rows, its write-ahead log and the tail. */
export interface PersonalErasure {
  readonly erase: (accountId: string, record: () => Promise<number | null>) => Promise<void>;
  /** Completes what an earlier process has recorded and not ended. */
  readonly finish: (begun: readonly Erasing[]) => Promise<void>;
}

/**
 * A mark in the journal's file says that an erasure is under way, from before its entry is recorded until nothing is
 * left. So a start after a crash knows of it without looking through the journal, and does the rest again.
 */
export function createPersonalErasure({
  writer,
  reader,
  reads,
  tail,
}: {
  readonly writer: JournalWriter;
  readonly reader: Thread;
  readonly reads: DiskReads;
  readonly tail: JournalTail;
}): PersonalErasure {
  async function eraseBefore(accountId: string, erasedVersion: number): Promise<void> {
    // The tail first: what leaves it while the disk is read has been seen.
    const tailed = tail
      .ofAccount(accountId, 0)
      .filter(({ version, recorded }) => version < erasedVersion && recorded.personal !== null);
    await erasePositions(tailed.map(({ position }) => position));
    for (let after = 0; after < erasedVersion - 1; after += STEP_ROWS) {
      const upTo = Math.min(after + STEP_ROWS, erasedVersion - 1);
      await erasePositions(
        await ask(reader, 'personal', { accountId, afterVersion: after, upToVersion: upTo }),
      );
    }
    tail.erasePersonal(accountId, erasedVersion);
    await emptyLog();
  }

  async function erasePositions(positions: readonly number[]): Promise<void> {
    for (let first = 0; first < positions.length; first += STEP_ROWS)
      await writer.maintain({ kind: 'erase', positions: positions.slice(first, first + STEP_ROWS) });
  }

  /** What was written lately stands in the log too, as it was: it is gone when the log has been cut to nothing. */
  async function emptyLog(): Promise<void> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if ((await writer.maintain({ kind: 'empty-log' })) === 1) return;
      await pause(PAUSE_MS);
    }
    throw new Fault('another program reads the journal without a pause: its log cannot be emptied', {
      code: 'overloaded',
      retryable: true,
      outcome: 'unknown',
    });
  }

  return {
    erase: async (accountId, record) => {
      const mark = await writer.maintain({ kind: 'mark', accountId });
      const erasedVersion = await record().catch(async (error: unknown) => {
        // Nothing was recorded, so that a start has nothing to end.
        if (error instanceof Fault && error.outcome === 'not-applied')
          await writer.maintain({ kind: 'unmark', mark });
        throw error;
      });
      try {
        if (erasedVersion !== null) await eraseBefore(accountId, erasedVersion);
        await writer.maintain({ kind: 'unmark', mark });
      } catch (error) {
        throw erasedVersion === null ? error : asUnknown(error);
      }
    },
    finish: async (begun) => {
      for (const { mark, accountId } of begun) {
        const erasedVersion = (await reads.account(accountId))?.state.erasedVersion ?? null;
        if (erasedVersion !== null) await eraseBefore(accountId, erasedVersion);
        await writer.maintain({ kind: 'unmark', mark });
      }
    },
  };
}
