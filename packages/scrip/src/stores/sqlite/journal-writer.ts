import { Fault } from '../../ledger/fault.ts';
import type { AppendedEntry } from '../../ledger/store.ts';
import { encodeBlocks } from './entry-block.ts';
import type { Maintenance } from './journal-maintenance.ts';
import { startThread, ThreadError } from './thread.ts';
import type { JournalCommit } from './writer-thread.ts';

/** A commit that has not answered by then counts as failed. */
const COMMIT_TIMEOUT_MS = 30_000;

/** Appends to the journal in its own thread. After the first failure it appends no more. */
export interface JournalWriter {
  /** Resolves when the entries, and all those before them, are on the disk. Rejects with a `Fault`. */
  readonly append: (entries: readonly AppendedEntry[], lastPosition: number) => Promise<void>;
  /** Changes the file otherwise, between two appends. Rejects with a `Fault`, and appends no more then. */
  readonly maintain: (request: Maintenance) => Promise<number>;
  readonly durablePosition: () => number;
  /** Why nothing is written any more; null while all is well. */
  readonly failure: () => string | null;
  readonly throwIfFailed: () => void;
  readonly close: () => Promise<void>;
}

export function createJournalWriter({
  file,
  lastPosition,
  onDurable,
  onFailed,
}: {
  readonly file: string;
  readonly lastPosition: number;
  readonly onDurable: (position: number) => void;
  /** It appends no more. */
  readonly onFailed: () => void;
}): JournalWriter {
  let durable = lastPosition;
  let failure: string | null = null;
  let last: Promise<void> = Promise.resolve();
  const thread = startThread({
    name: 'writer-thread',
    isLasting: true,
    data: { file },
    onCrash: (error) => fail(`the journal's thread ended: ${error.message}`),
  });

  function fail(why: string): void {
    if (failure !== null) return;
    failure = why;
    onFailed();
  }

  function throwIfFailed(): void {
    if (failure !== null) throw fault('not-applied');
  }

  function fault(outcome: 'not-applied' | 'unknown', cause?: unknown): Fault {
    return new Fault(
      `the journal cannot be written (${failure}); writes have stopped until Scrip is started again`,
      { code: 'store-failed', retryable: true, outcome, cause },
    );
  }

  async function write(entries: readonly AppendedEntry[], position: number): Promise<void> {
    // What was decided before this failed, and this was decided on top of it.
    throwIfFailed();
    const commit = commitOf(position - entries.length + 1, entries);
    try {
      await withTimeout(thread.ask(commit));
    } catch (cause) {
      const { message, code } = cause as ThreadError;
      fail(message);
      throw fault(code === 'not-applied' ? 'not-applied' : 'unknown', cause);
    }
    durable = position;
    onDurable(position);
  }

  return {
    append: (entries, position) => {
      const before = last;
      // One after the other, also in failing: a later append never overtakes an earlier one.
      last = entries.length === 0 ? before : before.then(() => write(entries, position));
      last.catch(() => {});
      return last;
    },
    maintain: async (request) => {
      throwIfFailed();
      try {
        return await withTimeout(thread.ask<number>(request));
      } catch (cause) {
        fail((cause as ThreadError).message);
        throw fault('unknown', cause);
      }
    },
    durablePosition: () => durable,
    failure: () => failure,
    throwIfFailed,
    close: async () => {
      await last.catch(() => {});
      try {
        if (failure === null) await thread.ask('close');
      } finally {
        await thread.end();
      }
    },
  };
}

function commitOf(firstPosition: number, entries: readonly AppendedEntry[]): JournalCommit {
  const personals: { position: number; data: string }[] = [];
  const lines = entries.map(({ entry: { accountId, version }, body, personal, hash }, at) => {
    if (personal !== null) personals.push({ position: firstPosition + at, data: JSON.stringify(personal) });
    return { accountId, version, body, hash };
  });
  return { blocks: encodeBlocks(firstPosition, lines), personals };
}

async function withTimeout<T>(commit: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new ThreadError('the disk did not answer in time', 'unknown')),
      COMMIT_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([commit, late]);
  } finally {
    clearTimeout(timer);
  }
}
