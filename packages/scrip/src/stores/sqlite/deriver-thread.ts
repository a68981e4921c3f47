import type { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { decodeEntry } from '../../core/entry-format.ts';
import { textHash } from './change-filter.ts';
import type { PlacedEntry } from './derive-batch.ts';
import { createBatchDeriver } from './derive-batch.ts';
import { createEntryRows } from './entry-rows.ts';
import { openDerived, openJournal } from './open-files.ts';
import type { MergeSizes } from './segments/merge-segments.ts';
import { createSegmentMerger } from './segments/merge-segments.ts';
import type { SegmentIds } from './segments/segment-writer.ts';
import { notify, serveThread } from './thread.ts';

/** Entries of one read of the journal. */
const READ_ENTRIES = 256;

export interface DeriverSizes extends MergeSizes {
  /** Entries of one transaction, which make one segment: enough to write much in order, few enough to be seen soon. */
  readonly batchEntries: number;
}

export interface SnapshotRow {
  readonly accountId: string;
  readonly version: number;
  readonly state: string;
  readonly hash: string;
}

export type DeriverRequest =
  | { readonly kind: 'derive'; readonly upTo: number }
  | { readonly kind: 'snapshots'; readonly rows: readonly SnapshotRow[]; readonly upTo: number }
  | { readonly kind: 'close' };

/** A segment was written, of new entries or of others' rows. */
export interface DeriverNotice {
  readonly checkpoint: number;
  readonly segment: SegmentIds;
}

const { files, sizes } = workerData as {
  files: { journal: string; derived: string };
  sizes: DeriverSizes;
};
const journal = openJournal(files.journal);
const derived = openDerived(files.derived);
const { checkpoint: start, seed } = derived.prepare('SELECT checkpoint, seed FROM progress').get() as {
  checkpoint: number;
  seed: number;
};
const entries = createEntryRows(journal, 'main');
const setCheckpoint = derived.prepare('UPDATE progress SET checkpoint = ?');
const setSnapshotsUpTo = derived.prepare('UPDATE progress SET snapshots_up_to = max(snapshots_up_to, ?)');
const addSnapshot = derived.prepare(
  'INSERT OR REPLACE INTO snapshot (account_id, version, state, hash) VALUES (?, ?, ?, ?)',
);
const { deriveBatch } = createBatchDeriver(derived, {
  hashOf: (text) => textHash(seed, text),
  pageBytes: sizes.pageBytes,
});
const merger = createSegmentMerger(derived, sizes);
let checkpoint = start;
let target = start;
let isRunning = false;
let isClosed = false;

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  const result = work();
  database.exec('COMMIT');
  return result;
}

/** One batch, or one merge, per turn of the event loop, so that requests come in between. */
function step(): void {
  if (isClosed) return;
  const segment = merge() ?? derive();
  isRunning = segment !== null;
  if (segment === null) return;
  notify({ checkpoint, segment } satisfies DeriverNotice);
  setImmediate(step);
}

function merge(): SegmentIds | null {
  const due = merger.due();
  return due.length === 0 ? null : inTransaction(derived, () => merger.merge(due));
}

function derive(): SegmentIds | null {
  if (checkpoint >= target) return null;
  const segment = inTransaction(derived, () => {
    const ids = deriveBatch(checkpoint, readBatch());
    setCheckpoint.run(ids.upTo);
    return ids;
  });
  checkpoint = segment.upTo;
  return segment;
}

/** Entries up to the target, a batch at most, in pieces: few of them are in memory at once, and none for long. */
function* readBatch(): Generator<PlacedEntry> {
  let last = checkpoint;
  while (last < target && last - checkpoint < sizes.batchEntries) {
    const limit = Math.min(READ_ENTRIES, sizes.batchEntries - (last - checkpoint));
    const rows = entries.range({ after: last, upTo: target, limit });
    for (const row of rows) yield { position: row.position, entry: decodeEntry(row) };
    last = rows.at(-1)?.position ?? target;
  }
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
        setSnapshotsUpTo.run(request.upTo);
      });
      return;
    case 'close':
      isClosed = true;
      journal.close();
      derived.close();
  }
});
