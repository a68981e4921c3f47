import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../core/entry.ts';
import { continuedVersion } from '../../core/entry.ts';
import { changeHash } from './change-filter.ts';
import { createUsageTable } from './usage-table.ts';

export interface PlacedEntry {
  readonly position: number;
  readonly entry: Entry;
}

/** Writes what a batch of entries adds to the derived tables, each table in its own order. The caller holds the transaction. */
export function createBatchDeriver(
  database: DatabaseSync,
  seed: number,
): (batch: readonly PlacedEntry[], options?: { readonly withUsage?: boolean }) => void {
  const addAccount = database.prepare('INSERT OR IGNORE INTO account (account_id) VALUES (?)');
  const addHistory = database.prepare(
    'INSERT OR REPLACE INTO history (account_id, version, position, at_ms) VALUES (?, ?, ?, ?)',
  );
  const addOfKind = database.prepare(
    'INSERT OR REPLACE INTO entry_of_kind (account_id, kind, version) VALUES (?, ?, ?)',
  );
  const addContinuation = database.prepare(
    'INSERT OR REPLACE INTO continuation (account_id, continued_version, version) VALUES (?, ?, ?)',
  );
  const addUsage = createUsageTable(database, 'usage');
  const addKey = database.prepare('INSERT OR REPLACE INTO api_key (digest, account_id) VALUES (?, ?)');
  const dropKey = database.prepare('DELETE FROM api_key WHERE digest = ?');
  const addChange = database.prepare('INSERT OR REPLACE INTO change (run, hash, position) VALUES (0, ?, ?)');

  function deriveEntry({ entry, position }: PlacedEntry): void {
    const { accountId, version } = entry;
    addHistory.run(accountId, version, position, entry.atMs);
    if (entry.kind === 'CreditsGranted' || entry.kind === 'HoldPlaced')
      addOfKind.run(accountId, entry.kind, version);
    if (entry.kind === 'AccountOpened' && !accountId.startsWith('$')) addAccount.run(accountId);
    if (entry.kind === 'KeyAdded') addKey.run(entry.digest, accountId);
    if (entry.kind === 'KeyRevoked') dropKey.run(entry.digest);
    const continued = continuedVersion(entry);
    if (continued !== null) addContinuation.run(accountId, continued, version);
  }

  return (batch, { withUsage = true } = {}) => {
    const sorted = batch.toSorted(({ entry: a }, { entry: b }) =>
      a.accountId === b.accountId ? a.version - b.version : a.accountId < b.accountId ? -1 : 1,
    );
    for (const placed of sorted) deriveEntry(placed);
    if (withUsage) addUsage(batch.map(({ entry }) => entry));
    const hashes = batch.flatMap(({ entry, position }) =>
      entry.change === null ? [] : [{ hash: changeHash(seed, entry.accountId, entry.change.id), position }],
    );
    for (const { hash, position } of hashes.toSorted((a, b) => a.hash - b.hash))
      addChange.run(hash, position);
  };
}
