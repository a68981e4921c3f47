import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountState } from '../packages/scrip/src/core/account.ts';
import { decodeEntry } from '../packages/scrip/src/core/entry-format.ts';
import { evolve } from '../packages/scrip/src/core/evolve.ts';
import { usageOf } from '../packages/scrip/src/core/usage.ts';
import type { Store } from '../packages/scrip/src/ledger/store.ts';
import { createEntryRows } from '../packages/scrip/src/stores/sqlite/entry-rows.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import { busyId, fillBusily } from './support/busy-ledger.ts';
import { withHoldsListed } from './support/check-account.ts';

/** Fewer for a quick look: SCRIP_LOAD_CHANGES=50000 npx vitest run test/under-load.test.ts */
const CHANGES = Number(process.env['SCRIP_LOAD_CHANGES'] ?? 1_000_000);
const ACCOUNTS = 500;
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

let directory: string;
let store: Store;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-speed-'));
  store = await openSqliteStore({ directory, idsKeptMs: 86_400_000, now: Date.now });
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Every account as the journal alone makes it. */
function replayed(): Map<string, AccountState> {
  const states = new Map<string, AccountState>();
  const journal = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
  for (const row of createEntryRows(journal, 'main').each({ after: 0, upTo: Infinity }))
    states.set(row.accountId, evolve(states.get(row.accountId) ?? null, decodeEntry(row)));
  journal.close();
  return states;
}

const listed = (state: AccountState | null | undefined) => withHoldsListed(state ?? null);

/** All of an account's history, page by page, which must have no gap and nothing twice. */
async function readHistory(accountId: string, limit: number) {
  const history = [];
  for (;;) {
    const page = await store.entries({ accountId, afterVersion: history.length, limit });
    for (const { entry } of page) {
      expect(entry.version).toBe(history.length + 1);
      history.push(entry);
    }
    if (page.length === 0) return history;
  }
}

describe('a ledger under load', () => {
  it(`is after ${CHANGES} random changes what its journal makes it, and every table of it too`, async () => {
    await fillBusily(store, { changes: CHANGES, accounts: ACCOUNTS, days: 30 });
    const states = replayed();
    for (let at = 0; at < ACCOUNTS; at += 1) {
      const id = busyId(at);
      expect(listed(await store.account(id))).toEqual(listed(states.get(id)));
    }
    await store.close();
    const found = await verifyDirectory({ directory, keptAnchor: null, threads: 2, onProgress: () => {} });
    expect(found).toMatchObject({ journalFlaw: null, projectionFlaws: [] });
    expect(found.entries).toBeGreaterThan(CHANGES * 0.9);
  }, 600_000);

  it('tells history and usage whole and in order while it writes', async () => {
    const writing = { isDone: false };
    const filling = fillBusily(store, { changes: 20_000, accounts: 3, days: 2 }).finally(() => {
      writing.isDone = true;
    });
    let reads = 0;
    while (!writing.isDone) {
      const id = busyId(reads % 3);
      // What was durable before usage was read is in it, and what is in it is in a history that is read later.
      const before = (await store.account(id))?.version ?? 0;
      const calls = (await store.usage(id, ALL)).reduce((sum, change) => sum + change.calls, 0);
      const history = await readHistory(id, 997);
      expect(history.length).toBeGreaterThanOrEqual(before);
      const callsUpTo = [0];
      for (const entry of history) callsUpTo.push((callsUpTo.at(-1) ?? 0) + (usageOf(entry)?.calls ?? 0));
      expect(callsUpTo.slice(before)).toContain(calls);
      reads += 1;
    }
    await filling;
    expect(reads).toBeGreaterThan(3);
  }, 300_000);
});
