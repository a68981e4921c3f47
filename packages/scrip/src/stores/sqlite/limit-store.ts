import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../ledger/fault.ts';
import type { LimitStore } from '../../ledger/limit-store.ts';
import type { Answered, LimitRequest } from './limit-thread.ts';
import { migrate } from './migrate.ts';
import { LIMITS_MIGRATIONS } from './migrations/limits.ts';
import { openJournal } from './open-files.ts';
import { startThread, ThreadError } from './thread.ts';

interface Waiting {
  readonly request: LimitRequest;
  readonly resolve: (reply: never) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Opens `limits.db` in the data directory. Leases are written in a thread of their own, one transaction for all that
 * arrived while the last one was being written. One process at a time: the directory's lock sees to it.
 */
export async function openSqliteLimitStore(directory: string): Promise<LimitStore> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'limits.db');
  const database = openJournal(file);
  migrate(database, LIMITS_MIGRATIONS);
  database.close();
  let crash: Error | null = null;
  const thread = startThread({
    name: 'limit-thread',
    isLasting: true,
    data: { file },
    onCrash: (error) => {
      crash = error;
    },
  });
  let waiting: Waiting[] = [];
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    // After the events that are ready now, so that requests that arrived together are written together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        // A thread that has ended answers nothing any more.
        if (crash !== null) throw crash;
        const answered = await thread.ask<Answered[]>(batch.map(({ request }) => request));
        for (const [index, { resolve, reject }] of batch.entries()) {
          const one = answered[index] as Answered;
          if ('reply' in one) resolve(one.reply as never);
          else reject(limitsFailed(new ThreadError(one.failure, null)));
        }
      } catch (cause) {
        for (const { reject } of batch) reject(limitsFailed(cause));
      }
    }
    writing = null;
  }

  function ask<T>(request: LimitRequest): Promise<T> {
    return new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      writing ??= write();
    });
  }

  return {
    isShared: false,
    lease: (lease) => ask({ lease }),
    leaseBlanket: (blanket) => ask({ blanket }),
    leasedKeys: (leased) => ask({ leased }),
    close: async () => {
      await writing;
      if (crash === null) await thread.ask('close');
      await thread.end();
    },
  };
}

function limitsFailed(cause: unknown): Fault {
  return new Fault('limits.db cannot be written', {
    code: 'store-failed',
    retryable: true,
    outcome: 'not-applied',
    cause,
  });
}
