import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encodeEntry } from '../../packages/scrip/src/core/entry-format.ts';
import { openSqliteStore } from '../../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import type { Ledgers } from '../ledgers/ledgers.ts';
import { accountIdOf } from '../ledgers/made-up.ts';
import { createTally } from '../load/tally.ts';
import type { BulkPeer } from './bulk-peer.ts';

export const SQLITE_SETTINGS =
  'SQLite INSERTs: node:sqlite in one process, WAL and synchronous=FULL; the same entries as Scrip’s debits (account, version, text, hash) put into a table without an index, 1,000 a transaction. Nothing is decided or looked up, and nothing stands in front of it.';

interface EntryRow {
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
  readonly hash: Buffer;
}

const SAMPLE_ENTRIES = 1000;

/** The least that a ledger on SQLite can do. */
export async function createSqliteInserts(
  { ledgers, directory }: { readonly ledgers: Ledgers; readonly directory: string },
  lines: number,
): Promise<BulkPeer> {
  const rows = await debitRows(ledgers);
  const database = new DatabaseSync(join(directory, 'inserts.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  let inserted = 0;
  return {
    debits: async (seconds) => {
      database.exec(`
        DROP TABLE IF EXISTS entry;
        CREATE TABLE entry (
          position INTEGER PRIMARY KEY,
          account_id TEXT NOT NULL,
          version INTEGER NOT NULL,
          body TEXT NOT NULL,
          hash BLOB NOT NULL
        ) STRICT;`);
      const insert = database.prepare(
        'INSERT INTO entry (account_id, version, body, hash) VALUES (?, ?, ?, ?)',
      );
      const tally = createTally();
      inserted = 0;
      const startedMs = performance.now();
      const endMs = startedMs + seconds * 1000;
      while (performance.now() < endMs) {
        const sentMs = performance.now();
        database.exec('BEGIN IMMEDIATE');
        for (let line = 0; line < lines; line += 1) {
          const { accountId, version, body, hash } = rows[inserted % rows.length] as EntryRow;
          insert.run(accountId, version, body, hash);
          inserted += 1;
        }
        database.exec('COMMIT');
        tally.answered(lines, performance.now() - sentMs);
      }
      return tally.round((performance.now() - startedMs) / 1000, 0);
    },
    check: async () => {
      const count = Number(database.prepare('SELECT count(*) AS count FROM entry').get()?.['count']);
      return {
        what: `SQLite INSERTs: ${inserted.toLocaleString('en')} rows are there`,
        problem: count === inserted ? null : `${count} are`,
      };
    },
    close: async () => database.close(),
  };
}

/** Debits as a ledger has written them. */
async function debitRows(ledgers: Ledgers): Promise<EntryRow[]> {
  const directory = await ledgers.get({
    accounts: 1,
    lotsPerAccount: 1,
    withKeys: false,
    debits: SAMPLE_ENTRIES,
  });
  const store = await openSqliteStore({ directory, idsKeptMs: 86_400_000, now: Date.now });
  try {
    const recorded = await store.entries({
      accountId: accountIdOf(0),
      afterVersion: 0,
      limit: SAMPLE_ENTRIES,
    });
    return recorded
      .filter(({ entry }) => entry.kind === 'CreditsDebited')
      .map(({ entry, hash }) => ({
        accountId: entry.accountId,
        version: entry.version,
        body: encodeEntry(entry),
        hash: Buffer.from(hash, 'hex'),
      }));
  } finally {
    await store.close();
  }
}
