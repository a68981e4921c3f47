import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../packages/scrip/src/ledger/fault.ts';
import type { Store } from '../packages/scrip/src/ledger/store.ts';
import { migrate } from '../packages/scrip/src/stores/sqlite/migrate.ts';
import { DERIVED_MIGRATIONS } from '../packages/scrip/src/stores/sqlite/migrations/derived.ts';
import type { EngineSizes } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { JournalCut } from '../packages/scrip/src/stores/sqlite/data-directory.ts';
import { createEntryRows } from '../packages/scrip/src/stores/sqlite/entry-rows.ts';
import { openJournalSource } from '../packages/scrip/src/stores/sqlite/journal-source.ts';
import { JOURNAL_MIGRATIONS } from '../packages/scrip/src/stores/sqlite/migrations/journal.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import { openAccount } from './support/commands.ts';
import {
  CREDIT,
  debit,
  grant,
  hold,
  OPEN,
  openSampleLedger,
  refund,
  START_MS,
} from './support/sample-ledger.ts';
import { spoilPage } from './support/spoil-page.ts';

let directory: string;
const opened: Store[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-'));
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close().catch(() => {});
  rmSync(directory, { recursive: true, force: true });
});

const DAY_MS = 86_400_000;

async function open(sizes: Partial<EngineSizes> = {}, nowMs = START_MS): Promise<Store> {
  const store = await openSqliteStore({ directory, idsKeptMs: DAY_MS, now: () => nowMs, sizes });
  opened.push(store);
  return store;
}

async function reopen(store: Store, sizes: Partial<EngineSizes> = {}): Promise<Store> {
  await store.close();
  opened.splice(opened.indexOf(store), 1);
  return open(sizes);
}

const untilDerived = (store: Store) =>
  vi.waitFor(() => expect(store.health().lagEntries).toBe(0), { timeout: 30_000 });

const filesOf = () => readdirSync(directory);

function readSnapshots(file: string): Record<string, unknown>[] {
  const derived = new DatabaseSync(file);
  const rows = derived.prepare('SELECT account_id, version, state, hash FROM snapshot').all();
  derived.close();
  return rows;
}

function inDerived(sql: string): void {
  const derived = new DatabaseSync(join(directory, 'derived.db'));
  derived.exec(sql);
  derived.close();
}

const codeOf = (error: { code?: string }) => error.code;

describe('a ledger in SQLite files', () => {
  it('is the same after it was closed and opened again', async () => {
    const store = await open();
    const { change, ledger } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(10n));
    await change('acme', 'debit', debit(3n));
    await change('acme', 'hold', hold(2n));
    const before = await ledger.account('acme');
    const again = await openSampleLedger(await reopen(store));
    expect(await again.ledger.account('acme')).toEqual(before);
    expect(await again.change('acme', 'debit', debit(3n))).toMatchObject({ ok: true, replayed: true });
    expect(await again.change('acme', 'debit', debit(4n))).toMatchObject({
      rejection: { code: 'idempotency-mismatch' },
    });
    expect(await again.change('acme', 'refund', refund('debit'))).toMatchObject({ ok: true });
    expect(await again.available('acme')).toBe(8n * CREDIT);
  });

  it('is the same when its snapshots are of an older format', async () => {
    const store = await open({ snapshotEvery: 2 });
    const { change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(10n));
    await change('acme', 'debit', debit(3n));
    const expected = await store.account('acme');
    await store.close();
    opened.splice(0);
    const derived = new DatabaseSync(join(directory, 'derived.db'));
    derived.exec(
      'PRAGMA user_version = 1; UPDATE snapshot SET state = replace(state, \'"format":2\', \'"format":1\')',
    );
    expect(derived.prepare('SELECT count(*) AS count FROM snapshot').get()).not.toEqual({ count: 0 });
    derived.close();
    expect(await (await open()).account('acme')).toEqual(expected);
  });

  it('is the same when its journal is of before there were blocks, also for who only reads it', async () => {
    const store = await open();
    const { change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(10n));
    await change('acme', 'debit', debit(3n));
    const expected = await store.account('acme');
    await store.close();
    opened.splice(0);
    const file = join(directory, 'journal.db');
    const entriesOf = () => {
      const source = openJournalSource(file);
      const entries = [...source.pages(0, source.lastNumber())];
      source.close();
      return entries;
    };
    const entries = entriesOf();
    writeOldSchema(file);
    expect(entriesOf()).toEqual(entries);
    expect(await (await open()).account('acme')).toEqual(expected);
    expect(entriesOf()).toEqual(entries);
  });

  it('is not opened where indexes of an older version know entries that the journal has lost', async () => {
    const store = await open();
    const { change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await store.close();
    opened.splice(0);
    const file = join(directory, 'derived.db');
    rmSync(file);
    const derived = new DatabaseSync(file);
    migrate(derived, DERIVED_MIGRATIONS.slice(0, 3));
    derived.exec(`PRAGMA journal_mode = WAL;
      INSERT INTO progress (only, checkpoint, seed) VALUES (1, 9, 7);`);
    derived.close();
    const before = readFileSync(file);
    await expect(open()).rejects.toThrow(new JournalCut({ lastPosition: 3, known: 9 }));
    expect(readFileSync(file)).toEqual(before);
    const journal = join(directory, 'journal.db');
    renameSync(journal, `${journal}.away`);
    await expect(open()).rejects.toThrow(new JournalCut({ lastPosition: 0, known: 9 }));
    expect(filesOf()).not.toContain('journal.db');
    renameSync(`${journal}.away`, journal);
    const verified = await verifyDirectory({ directory, keptAnchor: null, threads: 1, onProgress: () => {} });
    expect(verified.journalFlaw).toMatchObject({
      number: 4,
      what: expect.stringContaining('of 9 entries'),
    });
  });

  it('is not opened where the journal has lost entries that a snapshot rests on', async () => {
    const [journal, kept] = [join(directory, 'journal.db'), join(directory, 'kept.db')];
    const first = await openSampleLedger(await open());
    await first.change('acme', 'open', OPEN);
    await first.change('acme', 'grant', grant(100n));
    await vi.waitFor(() => expect(first.ledger.health().lagEntries).toBe(0), { timeout: 30_000 });
    await first.ledger.close();
    const whole = new DatabaseSync(journal);
    whole.exec(`VACUUM INTO '${kept}'`);
    whole.close();
    const again = await openSampleLedger(await open({ snapshotEvery: 2 }));
    // A moment's changes: the snapshots are kept at once, and the rest is not derived when it closes.
    const debits = Array.from({ length: 6 }, (_, at) => again.change('acme', `lost-${at}`, debit(10n)));
    await Promise.all(debits);
    await again.ledger.close();
    opened.splice(0);
    for (const ending of ['', '-wal', '-shm']) rmSync(journal + ending, { force: true });
    renameSync(kept, journal);
    await expect(open()).rejects.toThrow(JournalCut);
    const { journalFlaw } = await verifyDirectory({
      directory,
      keptAnchor: null,
      threads: 1,
      onProgress: () => {},
    });
    expect(journalFlaw).toMatchObject({ what: expect.stringContaining('it is missing') });
  });

  it('leaves no thread running when it cannot be opened', async () => {
    const { change, ledger } = await openSampleLedger(await open());
    await change('acme', 'open', OPEN);
    await ledger.close();
    opened.splice(0);
    rmSync(join(directory, 'derived.db'));
    const journal = new DatabaseSync(join(directory, 'journal.db'));
    journal.exec(`UPDATE block SET entries = 'none'`);
    journal.close();
    const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = threads();
    await expect(open()).rejects.toThrow(Fault);
    expect(threads()).toBe(before);
  });

  it('is the same when its indexes are those of an older version, and keeps its snapshots', async () => {
    const store = await open({ snapshotEvery: 2 });
    const { change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(10n));
    await change('acme', 'debit', debit(3n));
    const expected = await store.account('acme');
    await store.close();
    opened.splice(0);
    const file = join(directory, 'derived.db');
    const snapshots = readSnapshots(file);
    rmSync(file);
    const derived = new DatabaseSync(file);
    migrate(derived, DERIVED_MIGRATIONS.slice(0, 3));
    derived.exec(`INSERT INTO progress (only, checkpoint, seed) VALUES (1, 3, 7);
      INSERT INTO account VALUES ('acme');
      INSERT INTO api_key VALUES ('digest', 'acme');`);
    const keep = derived.prepare('INSERT INTO snapshot VALUES (?, ?, ?, ?)');
    for (const row of snapshots) keep.run(...(Object.values(row) as string[]));
    derived.close();
    const again = await open({ snapshotEvery: 1000 });
    expect(await again.account('acme')).toEqual(expected);
    expect((await again.findChange('acme', 'debit'))?.recorded.entry.version).toBe(3);
    expect(await again.accountIds({ after: null, limit: 10 })).toEqual(['acme']);
    expect(await again.keyOwner('digest')).toBeNull();
    await vi.waitFor(() => expect(again.health().lagEntries).toBe(0), { timeout: 30_000 });
    expect(snapshots.length).toBeGreaterThan(0);
    expect(readSnapshots(file)).toEqual(snapshots);
  });

  it('is the same when its derived file is lost or damaged', async () => {
    let store = await open();
    const { change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(10n));
    await change('acme', 'debit', debit(3n));
    const expected = await store.account('acme');
    const damages: (() => void)[] = [
      () => rmSync(join(directory, 'derived.db')),
      () => writeFileSync(join(directory, 'derived.db'), 'not a database'),
    ];
    for (const damage of damages) {
      await store.close();
      damage();
      store = await open();
      expect(await store.account('acme')).toEqual(expected);
      expect((await store.findChange('acme', 'debit'))?.recorded.entry.version).toBe(3);
      expect(await store.accountIds({ after: null, limit: 10 })).toEqual(['acme']);
    }
  });

  it('says that its derived file is made again, and of what', async () => {
    const said: string[] = [];
    const openSaying = async () => {
      const onDerivedAnew = (why: string) => void said.push(why);
      await (await openSqliteStore({ directory, idsKeptMs: DAY_MS, now: Date.now, onDerivedAnew })).close();
    };
    const file = join(directory, 'derived.db');
    const damages: (() => void)[] = [
      () => {},
      () => rmSync(file),
      () => writeFileSync(file, 'not a database'),
      () => inDerived('DROP TABLE progress'),
      () => inDerived('PRAGMA user_version = 0'),
      () => inDerived('UPDATE progress SET sealed = 7'),
    ];
    for (const damage of damages) {
      damage();
      await openSaying();
    }
    expect(said).toEqual([
      'derived.db: file is not a database',
      'derived.db: no such table: progress',
      'derived.db: table progress already exists',
      'derived.db: it was made before the journal was sealed',
    ]);
  });

  it.each([
    [
      'a newer version',
      () => inDerived('PRAGMA user_version = 99'),
      /^derived\.db: the data was written by a newer version/,
    ],
    [
      'no room for its log',
      () => mkdirSync(join(directory, 'derived.db-wal')),
      /^derived\.db: unable to open/,
    ],
  ])('keeps its derived file where that is not damaged: %s', async (_name, spoil, says) => {
    await (await open()).close();
    opened.splice(0);
    spoil();
    const before = readFileSync(join(directory, 'derived.db'));
    await expect(open()).rejects.toThrow(says);
    expect(readFileSync(join(directory, 'derived.db'))).toEqual(before);
  });

  it('keeps its derived file while another process writes to it', { timeout: 60_000 }, async () => {
    await (await open()).close();
    opened.splice(0);
    const file = join(directory, 'derived.db');
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const { ino } = statSync(file);
    await expect(open()).rejects.toThrow('derived.db: database is locked');
    expect(statSync(file).ino).toBe(ino);
    other.close();
    expect((await open()).health()).toMatchObject({ readable: true, writable: true });
  });

  it('knows an id that has long left memory, and refunds its debit', async () => {
    let store = await open({
      batchEntries: 20,
      finishedEntries: 100,
      cachedAccounts: 10,
      packedAccountBytes: 0,
      snapshotEvery: 20,
    });
    const first = await openSampleLedger(store);
    await first.change('acme', 'open', OPEN);
    await first.change('acme', 'grant', grant(1000n));
    for (let round = 0; round < 40; round += 1)
      await Promise.all(
        Array.from({ length: 10 }, (_, line) => first.change('acme', `debit-${round}-${line}`, debit(1n))),
      );
    const expected = await store.account('acme');
    store = await reopen(store, {
      batchEntries: 20,
      finishedEntries: 100,
      cachedAccounts: 10,
      packedAccountBytes: 0,
      snapshotEvery: 20,
    });
    const second = await openSampleLedger(store);
    expect(await store.account('acme')).toEqual(expected);
    expect(await second.change('acme', 'debit-0-0', debit(1n))).toMatchObject({ replayed: true });
    expect(await second.change('acme', 'debit-17-3', debit(2n))).toMatchObject({
      rejection: { code: 'idempotency-mismatch' },
    });
    expect(await second.change('acme', 'refund-1', refund('debit-3-3'))).toMatchObject({ ok: true });
    expect(await second.change('acme', 'refund-2', refund('debit-3-3'))).toMatchObject({
      rejection: { code: 'refund-exceeds-debit' },
    });
    expect(await second.available('acme')).toBe(601n * CREDIT);
  });

  it('gives a refund back to a lot that was used up long ago', async () => {
    let store = await open({ snapshotEvery: 5 });
    const first = await openSampleLedger(store);
    await first.change('acme', 'open', OPEN);
    await first.change('acme', 'small', grant(1n));
    await first.change('acme', 'debit', debit(1n));
    await first.change('acme', 'large', grant(50n));
    for (let line = 0; line < 20; line += 1) await first.change('acme', `debit-${line}`, debit(1n));
    store = await reopen(store, { snapshotEvery: 5 });
    const second = await openSampleLedger(store);
    expect(await second.change('acme', 'refund', refund('debit'))).toMatchObject({
      ok: true,
      entry: { returned: [{ lot: 2, grantId: 'small', amountMicros: CREDIT }] },
    });
  });

  it.each([
    { where: 'in memory', packedAccountBytes: 0 },
    { where: 'in memory, some of them packed', packedAccountBytes: 16_384 },
    { where: 'as objects, all others packed', packedAccountBytes: 1_048_576 },
  ])('keeps more accounts than it holds $where', async ({ packedAccountBytes }) => {
    const store = await open({ cachedAccounts: 20, packedAccountBytes });
    const { change, available } = await openSampleLedger(store);
    const accounts = Array.from({ length: 200 }, (_, at) => `account-${at}`);
    await Promise.all(accounts.map((id) => change(id, 'open', OPEN)));
    await Promise.all(accounts.map((id) => change(id, 'grant', grant(5n))));
    const outcomes = await Promise.all(accounts.map((id) => change(id, 'debit', debit(2n))));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    const sums = await Promise.all(accounts.map((id) => available(id)));
    expect(new Set(sums)).toEqual(new Set([3n * CREDIT]));
  });

  it('refuses a second process on the same directory in words', async () => {
    await open();
    await expect(openSqliteStore({ directory, idsKeptMs: DAY_MS, now: Date.now })).rejects.toThrow(
      `the data directory ${directory} is in use by another Scrip (process ${process.pid})`,
    );
  });

  it('is readable by its owner only', async () => {
    await open();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('in a directory that holds something else too leaves others their way in, and none to its files', async () => {
    writeFileSync(join(directory, 'somebody.txt'), '');
    chmodSync(directory, 0o755);
    await open();
    expect(statSync(directory).mode & 0o777).toBe(0o755);
    for (const name of ['journal.db', 'journal.db-wal', 'derived.db', 'derived.db-wal'])
      expect(statSync(join(directory, name)).mode & 0o077, name).toBe(0);
  });

  it('does not start where its journal has lost entries, and goes on where that is meant', async () => {
    const store = await open();
    const { change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    const [whole, earlier] = [join(directory, 'journal.db'), join(directory, 'earlier.db')];
    new DatabaseSync(whole).exec(`VACUUM INTO '${earlier}'`);
    await change('acme', 'grant', grant(10n));
    await vi.waitFor(() => expect(store.health().lagEntries).toBe(0), { timeout: 10_000 });
    await store.close();
    for (const ending of ['', '-wal', '-shm']) rmSync(whole + ending, { force: true });
    renameSync(earlier, whole);
    for (const tried of ['once', 'and again'])
      await expect(open(), tried).rejects.toThrow(/^the journal ends with entry \d+, and derived/);
    rmSync(join(directory, 'derived.db'));
    expect(await (await open()).account('acme')).toMatchObject({ version: 1 });
  });

  it('refuses files that a newer version wrote, and leaves them as they are', async () => {
    await (await open()).close();
    const journal = new DatabaseSync(join(directory, 'journal.db'));
    journal.exec('PRAGMA user_version = 99');
    journal.close();
    const before = readFileSync(join(directory, 'journal.db'));
    await expect(openSqliteStore({ directory, idsKeptMs: DAY_MS, now: Date.now })).rejects.toThrow(
      'written by a newer version',
    );
    expect(readFileSync(join(directory, 'journal.db'))).toEqual(before);
  });

  it('lets changes wait when the derived tables fall behind, and loses none', async () => {
    const store = await open({ maxLagEntries: 10 });
    const { change, available } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(1000n));
    await Promise.all(Array.from({ length: 500 }, (_, line) => change('acme', `debit-${line}`, debit(1n))));
    expect(await available('acme')).toBe(500n * CREDIT);
    const usage = await store.usage('acme', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
    expect(usage.reduce((sum, { calls }) => sum + calls, 0)).toBe(500);
    expect(filesOf()).toContain('derived.db');
  });

  it('refuses what waits for the derived tables when the journal fails, and can be closed', async () => {
    const store = await open({ maxLagEntries: 10 });
    const { ledger, change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(1000n));
    await untilDerived(store);
    // The first batch waits for this transaction, and fails by it; the second waits for what the first one made.
    const journal = new DatabaseSync(join(directory, 'journal.db'));
    journal.exec(`BEGIN IMMEDIATE;
      CREATE TRIGGER broken BEFORE INSERT ON block BEGIN SELECT RAISE(ABORT, 'broken'); END;`);
    const first = Array.from({ length: 50 }, (_, line) => change('acme', `first-${line}`, debit(1n)));
    await vi.waitFor(() => expect(store.health().lagEntries).toBe(50));
    const settling = Promise.allSettled([...first, change('acme', 'second', debit(1n))]);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    journal.exec('COMMIT');
    journal.close();
    expect((await settling).map((one) => one.status === 'rejected' && (one.reason as Fault).code)).toEqual(
      Array.from({ length: 51 }, () => 'store-failed'),
    );
    await ledger.close();
  });

  it('sums usage beyond what 64 bits hold', async () => {
    const store = await open();
    const { change } = await openSampleLedger(store);
    const most = 9_223_372_036_854n;
    await change('acme', 'open', OPEN);
    for (const round of [1, 2, 3]) {
      await change('acme', `grant-${round}`, grant(most));
      expect(await change('acme', `debit-${round}`, debit(most))).toMatchObject({ ok: true });
    }
    const again = await reopen(store);
    await vi.waitFor(() => expect(again.health().lagEntries).toBe(0), { timeout: 30_000 });
    const usage = await again.usage('acme', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
    expect(usage.map(({ usedMicros }) => usedMicros)).toEqual([3n * most * CREDIT]);
  });

  it('makes a snapshot after as many entries, however often it is opened in between', async () => {
    const sizes = { snapshotEvery: 8 };
    let store = await open(sizes);
    let { change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(100n));
    for (let day = 0; day < 4; day += 1) {
      await untilDerived(store);
      store = await reopen(store, sizes);
      ({ change } = await openSampleLedger(store));
      for (let line = 0; line < 5; line += 1) await change('acme', `debit-${day}-${line}`, debit(1n));
    }
    await store.close();
    opened.splice(0);
    const made = readSnapshots(join(directory, 'derived.db')).filter((row) => row['account_id'] === 'acme');
    expect(made.map((row) => row['version'])).toEqual([8, 16]);
  });

  it('refuses alone what needs an account that cannot be read', async () => {
    const sizes = { snapshotEvery: 2 };
    const store = await open(sizes);
    const before = await openSampleLedger(store);
    for (const id of ['acme', 'spoiled']) {
      await before.change(id, 'open', OPEN);
      await before.change(id, 'grant', grant(10n));
    }
    await untilDerived(store);
    await store.close();
    opened.splice(0);
    const derived = new DatabaseSync(join(directory, 'derived.db'));
    derived.exec("UPDATE snapshot SET state = 'spoiled' WHERE account_id = 'spoiled'");
    derived.close();
    const { change, ledger } = await openSampleLedger(await open(sizes));
    await ledger.account('acme');
    const together = await Promise.allSettled([
      change('spoiled', 'debit', debit(1n)),
      change('acme', 'debit', debit(1n)),
      change('spoiled', 'other', debit(1n)),
    ]);
    const refused = { reason: { code: 'store-unreadable', outcome: 'not-applied' } };
    expect(together).toMatchObject([refused, { value: { ok: true, replayed: false } }, refused]);
    await expect(change('spoiled', 'debit', debit(1n))).rejects.toMatchObject({ outcome: 'not-applied' });
  });

  it('tells of a name that cannot be read, and never what stands there', async () => {
    const before = await open();
    const { change, ledger } = await openSampleLedger(before);
    const command = openAccount({ setsName: true });
    await ledger.change({ accountId: 'acme', id: 'open', command, actor: null, name: 'Ann' });
    await change('acme', 'grant', grant(10n));
    await untilDerived(before);
    await before.close();
    opened.splice(0);
    const journal = new DatabaseSync(join(directory, 'journal.db'));
    journal.exec(`UPDATE personal SET data = replace(data, '"Ann"', 'Ann"')`);
    journal.close();
    const store = await open();
    const entries = () => store.entries({ accountId: 'acme', afterVersion: 0, limit: 9 });
    for (const read of [() => store.findChange('acme', 'open'), entries])
      await expect(read()).rejects.toMatchObject({
        code: 'store-unreadable',
        cause: { message: 'version 1 of acme: its personal data cannot be read' },
      });
    expect(await store.account('acme')).toMatchObject({ version: 2 });
  });

  it('is read on beside a page that is damaged', async () => {
    const before = await open();
    const { change } = await openSampleLedger(before);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(200n));
    for (let line = 0; line < 100; line += 1) await change('acme', `debit-${line}`, debit(1n));
    await untilDerived(before);
    await before.close();
    opened.splice(0);
    spoilPage(join(directory, 'journal.db'), 'block');
    const store = await open();
    const read = (line: number) => store.findChange('acme', `debit-${line}`);
    const found = [];
    for (let line = 0; line < 100; line += 1) found.push(await read(line).then(() => 'read', codeOf));
    expect(new Set(found)).toEqual(new Set(['read', 'store-unreadable']));
    expect(await read(found.lastIndexOf('read'))).toMatchObject({
      recorded: { entry: { kind: 'CreditsDebited' } },
    });
    expect(store.health()).toMatchObject({ readable: true });
  });

  it('reads every past balance, across snapshots', async () => {
    const store = await open({ snapshotEvery: 7 });
    const { change, pass, ledger } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(100n));
    for (let line = 0; line < 50; line += 1) {
      pass(1000);
      await change('acme', `debit-${line}`, debit(1n));
    }
    for (const line of [0, 1, 6, 7, 8, 25, 49]) {
      const at = await ledger.accountAt('acme', START_MS + (line + 1) * 1000 + 500);
      expect(at?.pools[0]?.settledMicros).toBe(BigInt(99 - line) * CREDIT);
    }
    expect(await ledger.accountAt('acme', START_MS - 1)).toBeNull();
  });
});

/** Writes a journal as it was when each entry was a row. */
function writeOldSchema(file: string): void {
  const database = new DatabaseSync(file);
  const rows = [...createEntryRows(database, 'main').each({ after: 0, upTo: Infinity })];
  database.exec('DROP TABLE block; DROP TABLE personal; PRAGMA user_version = 3;');
  database.exec(JOURNAL_MIGRATIONS[0] ?? '');
  const insert = database.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)');
  for (const { position, accountId, version, body, personal, hash } of rows)
    insert.run(position, accountId, version, body, personal, Buffer.from(hash, 'hex'));
  database.close();
}
