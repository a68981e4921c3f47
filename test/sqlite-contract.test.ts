import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineSizes } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { describeLedgerProperties } from './ledger-properties.ts';
import { describeStoreContract } from './store-contract.ts';
import type { OpenedStore } from './store-contract/store-under-test.ts';
import { START_MS } from './support/sample-ledger.ts';

async function open(sizes: Partial<EngineSizes>): Promise<OpenedStore> {
  const directory = mkdtempSync(join(tmpdir(), 'scrip-'));
  const openAgain = () => openSqliteStore({ directory, idsKeptMs: 86_400_000, now: () => START_MS, sizes });
  let store = await openAgain();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await openAgain();
      return store;
    },
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** So small that accounts leave memory, segments have many pages and are merged all the time, and changes wait for the derived tables all the time. */
const TINY: Partial<EngineSizes> = {
  cachedAccounts: 2,
  packedAccountBytes: 0,
  packedKeyBytes: 0,
  maxLagEntries: 20,
  snapshotEvery: 3,
  batchEntries: 5,
  mergeRatio: 3,
  finishedEntries: 40,
  pageBytes: 100,
};
/** Accounts leave, and come back from the bytes that they were packed into. */
const PACKED: Partial<EngineSizes> = { ...TINY, packedAccountBytes: 65_536, packedKeyBytes: 8192 };

describeStoreContract('SQLite files', () => open({}));
describeStoreContract('SQLite files with a tiny memory', () => open(TINY));
describeStoreContract('SQLite files with a packed memory', () => open(PACKED));
describeLedgerProperties('SQLite files', () => open({}), { runs: 30 });
describeLedgerProperties('SQLite files with a tiny memory', () => open(TINY), { runs: 30 });
describeLedgerProperties('SQLite files with a packed memory', () => open(PACKED), { runs: 30 });
