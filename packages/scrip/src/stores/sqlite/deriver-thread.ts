import type { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { decodeEntry } from '../../core/entry-format.ts';
import { buildFilter } from './change-filter.ts';
import type { PlacedEntry } from './derive-batch.ts';
import { createBatchDeriver } from './derive-batch.ts';
import { createEntryRows } from './entry-rows.ts';
import { openDerived, openJournal } from './open-files.ts';
import { notify, serveThread } from './thread.ts';

/** Entries of one transaction: large enough to write in order, small enough to be seen soon. */
const BATCH_ENTRIES = 16_384;

export interface SnapshotRow {
  readonly accountId: string;
  readonly version: number;
  readonly state: string;
  readonly hash: string;
}

export type DeriverRequest =
  | { readonly kind: 'derive'; readonly upTo: number }
  | { readonly kind: 'snapshots'; readonly rows: readonly SnapshotRow[] }
  | { readonly kind: 'close' };

/** A run that has become its own. */
export interface ChangeRun {
  readonly run: number;
  readonly lastPosition: number;
  readonly lastAtMs: number;
  readonly filter: Uint8Array;
}

export type DeriverNotice =
  | { readonly kind: 'derived'; readonly checkpoint: number }
  | { readonly kind: 'run'; readonly run: ChangeRun };

const { files, runChanges } = workerData as {
  files: { journal: string; derived: string };
  runChanges: number;
};
const journal = openJournal(files.journal);
const derived = openDerived(files.derived);
const { checkpoint: start, seed } = derived.prepare('SELECT checkpoint, seed FROM progress').get() as {
  checkpoint: number;
  seed: number;
};
const entryRows = createEntryRows(journal, 'main');
const setCheckpoint = derived.prepare('UPDATE progress SET checkpoint = ?');
const addSnapshot = derived.prepare(
  'INSERT OR REPLACE INTO snapshot (account_id, version, state, hash) VALUES (?, ?, ?, ?)',
);
const deriveBatch = createBatchDeriver(derived, seed);
let checkpoint = start;
let target = start;
let isRunning = false;
let isClosed = false;
let newestRun = (derived.prepare('SELECT count(*) AS changes FROM change WHERE run = 0').get()?.['changes'] ??
  0) as number;

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  work();
  database.exec('COMMIT');
}

/** One batch per turn of the event loop, so that requests come in between. */
function step(): void {
  if (isClosed) return;
  const rows = entryRows.range({ after: checkpoint, upTo: target, limit: BATCH_ENTRIES });
  const batch: PlacedEntry[] = rows.map((row) => ({ position: row.position, entry: decodeEntry(row) }));
  const last = batch.at(-1);
  isRunning = last !== undefined;
  if (last === undefined) return;
  inTransaction(derived, () => {
    deriveBatch(batch);
    setCheckpoint.run(last.position);
  });
  checkpoint = last.position;
  notify({ kind: 'derived', checkpoint } satisfies DeriverNotice);
  newestRun += batch.filter(({ entry }) => entry.change !== null).length;
  if (newestRun >= runChanges) closeRun(last.entry.atMs);
  setImmediate(step);
}

/** Copies the newest run, in order, to a number of its own, and gives it a filter. */
function closeRun(lastAtMs: number): void {
  const hashes = derived
    .prepare('SELECT hash FROM change WHERE run = 0 ORDER BY hash')
    .all()
    .map((row) => row['hash'] as number);
  const filter = buildFilter(hashes);
  const run =
    ((derived.prepare('SELECT max(run) AS last FROM change_run').get()?.['last'] ?? 0) as number) + 1;
  inTransaction(derived, () => {
    derived
      .prepare('INSERT INTO change SELECT ?, hash, position FROM change WHERE run = 0 ORDER BY hash')
      .run(run);
    derived.exec('DELETE FROM change WHERE run = 0');
    derived
      .prepare('INSERT INTO change_run (run, last_position, last_at_ms, filter) VALUES (?, ?, ?, ?)')
      .run(run, checkpoint, lastAtMs, filter);
  });
  newestRun = 0;
  notify({ kind: 'run', run: { run, lastPosition: checkpoint, lastAtMs, filter } } satisfies DeriverNotice);
}

serveThread((request: DeriverRequest) => {
  switch (request.kind) {
    case 'derive':
      target = Math.max(target, request.upTo);
      if (!isRunning) {
        isRunning = true;
        setImmediate(step);
      }
      return;
    case 'snapshots':
      inTransaction(derived, () => {
        for (const { accountId, version, state, hash } of request.rows)
          addSnapshot.run(accountId, version, state, hash);
      });
      return;
    case 'close':
      isClosed = true;
      journal.close();
      derived.close();
  }
});
