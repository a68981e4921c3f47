import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../core/entry.ts';
import { changeText } from './change-filter.ts';
import { createAccountNumbers } from './segments/account-numbers.ts';
import type { RowNumbers, SegmentRows } from './segments/segment-rows.ts';
import { createSegmentRows } from './segments/segment-rows.ts';
import type { SegmentIds } from './segments/segment-writer.ts';
import { createSegmentWriter, pagesOf } from './segments/segment-writer.ts';
import { createStoredUsageNames } from './segments/usage-names.ts';

export interface PlacedEntry {
  readonly position: number;
  readonly entry: Entry;
}

/** Writes what entries add to the derived tables. The caller holds the transaction. */
export interface BatchDeriver {
  readonly addAccount: (accountId: string) => void;
  readonly addKey: (digest: string, accountId: string) => void;
  /** Makes a segment, from after a position on, of whatever `gather` adds; that says where it ends. */
  readonly addSegment: (after: number, gather: (rows: SegmentRows) => BatchEnd) => SegmentIds;
  /** Makes a segment of entries in the journal's order. There is one at least. */
  readonly deriveBatch: (after: number, batch: Iterable<PlacedEntry>) => SegmentIds;
}

/** A batch's last position, and the latest time of its entries: the last one may be time's, and of long ago. */
export interface BatchEnd {
  readonly upTo: number;
  readonly latestMs: number;
}

export function createBatchDeriver(
  database: DatabaseSync,
  { hashOf, pageBytes }: { readonly hashOf: (text: string) => number; readonly pageBytes: number },
): BatchDeriver {
  const accounts = createAccountNumbers(database, hashOf);
  const names = createStoredUsageNames(database);
  const writer = createSegmentWriter(database);
  const addKey = database.prepare('INSERT OR REPLACE INTO api_key (digest, account_id) VALUES (?, ?)');
  const dropKey = database.prepare('DELETE FROM api_key WHERE digest = ?');
  const numbers: RowNumbers = {
    accountOf: accounts.of,
    changeOf: (accountId, changeId) => hashOf(changeText(accountId, changeId)),
    nameOf: names.of,
  };

  function addSegment(after: number, gather: (rows: SegmentRows) => BatchEnd): SegmentIds {
    const rows = createSegmentRows(numbers);
    const end = gather(rows);
    return writer.add({
      after,
      ...end,
      changes: rows.count('change'),
      pages: (index) => pagesOf(index, rows.sorted(index), pageBytes),
    });
  }

  function deriveEntry({ position, entry }: PlacedEntry, rows: SegmentRows): void {
    if (entry.version === 1) accounts.add(entry.accountId);
    if (entry.kind === 'KeyAdded') addKey.run(entry.digest, entry.accountId);
    if (entry.kind === 'KeyRevoked') dropKey.run(entry.digest);
    rows.add(position, entry);
  }

  return {
    addAccount: accounts.add,
    addKey: (digest, accountId) => addKey.run(digest, accountId),
    addSegment,
    deriveBatch: (after, batch) =>
      addSegment(after, (rows) => {
        let end: BatchEnd | null = null;
        for (const placed of batch) {
          deriveEntry(placed, rows);
          const latestMs = Math.max(end?.latestMs ?? -Infinity, placed.entry.atMs);
          end = { upTo: placed.position, latestMs };
        }
        if (end === null) throw new Error(`the journal has no entry after ${after} to derive`);
        return end;
      }),
  };
}
