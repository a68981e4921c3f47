import { randomBytes, randomUUID } from 'node:crypto';
import type { Config } from '../config/config.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createLedger } from '../ledger/ledger.ts';
import { openSqliteStore } from '../stores/sqlite/sqlite-store.ts';
import { say } from './terminal.ts';

/** The ledger in the data directory, taken for this process. Throws `DirectoryInUse`. */
export async function openLedger({
  dataDirectory,
  idempotencyMs,
}: Pick<Config, 'dataDirectory' | 'idempotencyMs'>): Promise<Ledger> {
  const store = await openSqliteStore({
    directory: dataDirectory,
    idsKeptMs: idempotencyMs,
    now: Date.now,
    evenNow: () => performance.now(),
    onDerivedAnew: (why) => say(`The indexes cannot be used (${why}): they are made again from the journal.`),
  });
  return createLedger({
    store,
    clock: { now: Date.now },
    ids: { next: () => randomUUID(), salt: () => randomBytes(16).toString('hex') },
  });
}
