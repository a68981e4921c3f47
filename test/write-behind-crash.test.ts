import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import { START_MS } from './support/sample-ledger.ts';

/** So small that a few changes make segments of every level, and snapshots. */
const SIZES = {
  snapshotEvery: 5,
  maxLagEntries: 12,
  batchEntries: 8,
  mergeRatio: 2,
  finishedEntries: 64,
  pageBytes: 240,
};
/** Four moments make a transaction: each step looks at another of them. */
const STEP = 5;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-write-behind-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

type Acknowledged = readonly [accountId: string, id: string, version: number];

/** Runs changes until the moment comes; null where they came to their end before it. */
async function killAt(moment: number): Promise<Acknowledged[] | null> {
  const acknowledged: Acknowledged[] = [];
  const preload = join(import.meta.dirname, 'support/die-in-derived.ts');
  const program = join(import.meta.dirname, 'write-behind-crash-child.ts');
  const child = spawn(process.execPath, ['--import', preload, program, directory, JSON.stringify(SIZES)], {
    env: { ...process.env, SCRIP_DIE_AT: String(moment) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (made) => acknowledged.push(made as Acknowledged));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal ?? code).toBe(signal === null ? 0 : 'SIGKILL');
  return signal === null ? null : acknowledged;
}

/** What was acknowledged is there, found by its id, and history and usage are whole. */
async function expectWhole(acknowledged: readonly Acknowledged[]): Promise<void> {
  const store = await openSqliteStore({
    directory,
    idsKeptMs: 86_400_000,
    now: () => START_MS,
    sizes: { ...SIZES, maxLagEntries: 0 },
  });
  for (const [accountId, id, version] of acknowledged)
    expect((await store.findChange(accountId, id))?.recorded.entry.version).toBe(version);
  for (const accountId of new Set(acknowledged.map(([of]) => of))) {
    const history = await store.entries({ accountId, afterVersion: 0, limit: 1000 });
    expect(history.map(({ entry }) => entry.version)).toEqual(history.map((_, at) => at + 1));
    const debits = history.filter(({ entry }) => entry.kind === 'CreditsDebited').length;
    const usage = await store.usage(accountId, { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
    expect(usage.reduce((calls, one) => calls + one.calls, 0)).toBe(debits);
  }
  await store.close();
  const found = await verifyDirectory({ directory, keptAnchor: null, threads: 1, onProgress: () => {} });
  expect(found).toMatchObject({ journalFlaw: null, projectionFlaws: [] });
}

it('a process that is killed at any moment of the write-behind has lost nothing, and its tables are right', async () => {
  let moments = 0;
  for (let moment = 0; ; moment += STEP) {
    const acknowledged = await killAt(moment);
    if (acknowledged === null) break;
    await expectWhole(acknowledged);
    rmSync(directory, { recursive: true });
    moments += 1;
  }
  expect(moments).toBeGreaterThan(20);
}, 600_000);
