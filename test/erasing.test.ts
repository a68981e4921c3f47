import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../packages/scrip/src/ledger/fault.ts';
import { migrate } from '../packages/scrip/src/stores/sqlite/migrate.ts';
import { JOURNAL_MIGRATIONS } from '../packages/scrip/src/stores/sqlite/migrations/journal.ts';
import { openJournalTarget } from '../packages/scrip/src/stores/sqlite/journal-target.ts';
import { openJournal } from '../packages/scrip/src/stores/sqlite/open-files.ts';
import { prepareFiles } from '../packages/scrip/src/stores/sqlite/prepare-files.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { debitCredits, grantCredits, openAccount } from './support/commands.ts';
import { openSampleLedger, START_MS } from './support/sample-ledger.ts';
import type { ScripProcess } from './support/scrip-process.ts';
import { startScrip } from './support/scrip-process.ts';

let directory: string;
let scrip: ScripProcess | null = null;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-erasing-'));
});
afterEach(async () => {
  await scrip?.kill();
  scrip = null;
  rmSync(directory, { recursive: true, force: true });
});

/** The files of the directory in which a text stands. */
function filesWith(text: string): string[] {
  return readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(text));
}

const openStore = () => openSqliteStore({ directory, idsKeptMs: 86_400_000, now: () => START_MS });

/** How many erasings the next start has to end, after one that was not recorded. */
async function marksAfter(fault: Fault): Promise<unknown> {
  const store = await openStore();
  await expect(store.erasePersonal('acme', () => Promise.reject(fault))).rejects.toBe(fault);
  await store.close();
  const journal = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
  const { marks } = journal.prepare('SELECT count(*) AS marks FROM erasure').get() ?? {};
  journal.close();
  return marks;
}

it('an erasing that was refused leaves nothing to be done by the next start', async () => {
  const refusal = new Fault('x', { code: 'overloaded', retryable: true, outcome: 'not-applied' });
  expect(await marksAfter(refusal)).toBe(0);
});

it('an erasing of which nobody knows whether it was recorded is left to the next start', async () => {
  const lost = new Fault('x', { code: 'store-failed', retryable: true, outcome: 'unknown' });
  expect(await marksAfter(lost)).toBe(1);
});

it('an erasing in a journal of very many entries that is being made leaves none of their names', () => {
  const target = openJournalTarget(join(directory, 'journal.db'), { isKept: false, goOn: false });
  const entry = { accountId: 'acme', body: '[]', personal: '{"name":"canary"}', hash: 'f'.repeat(64) };
  const numbers = Array.from({ length: 20_001 }, (_, at) => at + 1);
  target.append(numbers.map((number) => ({ ...entry, number, version: number })));
  target.erasePersonal(new Map([['acme', numbers.length + 1]]));
  target.close();
  const journal = new DatabaseSync(target.partFile, { readOnly: true });
  expect(journal.prepare("SELECT position FROM personal WHERE data <> ''").all()).toEqual([]);
  journal.close();
});

describe('what was erased', () => {
  it('is in no file of the data directory when the erasing is answered, and what others said still is', async () => {
    scrip = await startScrip({ data: directory });
    const { call } = scrip;
    const open = async (id: string, word: string) => {
      const body = { id, name: `${word}-name`, metadata: { about: `${word}-metadata` } };
      expect((await call('POST', '/accounts', body)).status).toBe(201);
      const path = `/accounts/${id}`;
      await call('POST', `${path}/keys`, { name: `${word}-key` });
      const grant = { pool: 'standard', amount: 1000, kind: 'one-time', note: `${word}-note` };
      await call('POST', `${path}/grants`, grant);
      const metadata = { to: `${word}-debit` };
      const lines = Array.from({ length: 600 }, (_, at) =>
        JSON.stringify({ id: `${id}-${at}`, accountId: id, pool: 'standard', amount: 1, metadata }),
      );
      const bulk = { 'content-type': 'application/x-ndjson' };
      expect((await call('POST', '/debits', lines.join('\n'), bulk)).status).toBe(200);
      await call('POST', `${path}/holds`, { pool: 'standard', amount: 1, metadata: { to: `${word}-hold` } });
      // What is longer than a page of the file stands in pages of its own, which are free afterwards.
      for (let round = 0; round < 5; round += 1)
        await call('PATCH', path, {
          name: `${word}-renamed`,
          metadata: { about: `${'x'.repeat(3900)} ${word}-long` },
        });
    };
    await Promise.all([open('acme', 'canary'), open('other', 'parrot')]);
    expect(filesWith('canary-debit')).toContain('journal.db-wal');
    const erased = await call('DELETE', '/accounts/acme/personal-data');
    expect(erased).toMatchObject({ status: 200, json: { accountId: 'acme' } });
    expect(filesWith('canary')).toEqual([]);
    for (const kind of ['name', 'metadata', 'key', 'note', 'debit', 'hold', 'renamed'])
      expect(filesWith(`parrot-${kind}`), kind).toContain('journal.db');
    const told = await Promise.all(
      ['', '/keys', '/grants', '/holds', '/entries?limit=1000'].map((path) =>
        call('GET', `/accounts/acme${path}`),
      ),
    );
    for (const { status, text } of told) expect([status, text.includes('canary')]).toEqual([200, false]);
    expect((await call('GET', '/accounts/acme/balance')).json['pools']).toMatchObject([
      { settled: '400', held: '1', available: '399' },
    ]);
    await scrip.stop();
    expect(filesWith('canary')).toEqual([]);
  });

  it('is gone too when it was written long ago, and when it is in memory only', async () => {
    const store = await openStore();
    const { ledger } = await openSampleLedger(store);
    const change = { accountId: 'acme', actor: null };
    const named = openAccount({ setsName: true });
    await ledger.change({ ...change, id: 'open', command: named, name: 'canary' });
    // Many entries in between: the first are in the indexes and out of the tail, the last are not.
    const debit = debitCredits({ by: 'action', action: 'ai_processing', quantityMicros: 1_000_000n });
    for (let round = 0; round < 5; round += 1)
      await Promise.all(
        Array.from({ length: 1000 }, (_, at) =>
          ledger.change({ ...change, id: `${round}-${at}`, command: debit, metadata: { to: 'canary' } }),
        ),
      );
    await expect.poll(() => ledger.health().lagEntries, { timeout: 20_000 }).toBe(0);
    await ledger.erase({ ...change, id: 'erase', command: { kind: 'ErasePersonalData' } });
    expect(filesWith('canary')).toEqual([]);
    for (let afterVersion = 0; afterVersion < 5000; afterVersion += 1000)
      for (const { personal } of await ledger.entries({ accountId: 'acme', afterVersion, limit: 1000 }))
        expect(personal).toBeNull();
    await ledger.close();
  });

  it('is in no page of the file in which rows were moved', async () => {
    const store = await openStore();
    const { ledger } = await openSampleLedger(store);
    const accounts = Array.from({ length: 12 }, (_, at) => `acct-${at}`);
    const long = (at: number) => 'x'.repeat((at * 97) % (at % 10 === 0 ? 3500 : 300));
    for (const accountId of accounts)
      await ledger.change({ accountId, actor: null, id: 'open', command: openAccount() });
    await Promise.all(
      Array.from({ length: 2400 }, (_, at) => {
        const accountId = accounts[(at * 7 + (at >> 4)) % accounts.length] as string;
        const command = grantCredits(1n);
        const note = `canary-of-${accountId}.${long(at)}`;
        return ledger.change({ accountId, actor: null, id: `grant-${at}`, command, note });
      }),
    );
    for (const accountId of accounts) {
      expect(filesWith(`canary-of-${accountId}.`)).not.toEqual([]);
      await ledger.erase({ accountId, actor: null, id: 'erase', command: { kind: 'ErasePersonalData' } });
      expect(filesWith(`canary-of-${accountId}.`)).toEqual([]);
    }
    await ledger.close();
  });

  it('is in no page of a file of an earlier version either, once it has been opened', async () => {
    const file = join(directory, 'journal.db');
    const journal = openJournal(file);
    migrate(journal, JOURNAL_MIGRATIONS.slice(0, 4));
    const insert = journal.prepare('INSERT INTO personal (position, data) VALUES (?, ?)');
    const rows = Array.from({ length: 600 }, (_, at) => ({ position: at + 1, isCanary: at % 3 === 0 }));
    journal.exec('BEGIN');
    for (const { position, isCanary } of rows)
      insert.run(position, `{"of":"${isCanary ? 'canary' : 'parrot'}-${'x'.repeat((position * 97) % 300)}"}`);
    const erase = journal.prepare('DELETE FROM personal WHERE position = ?');
    for (const { position, isCanary } of rows) if (!isCanary && position % 4 !== 0) erase.run(position);
    for (const { position, isCanary } of rows) if (isCanary) erase.run(position);
    journal.exec('COMMIT');
    journal.close();
    expect(filesWith('canary')).toEqual(['journal.db']);
    prepareFiles({ journal: file, derived: join(directory, 'derived.db') });
    expect(filesWith('canary')).toEqual([]);
    expect(filesWith('parrot')).toEqual(['journal.db']);
  });

  it('waits for another program that reads the journal', async () => {
    const store = await openStore();
    const { ledger } = await openSampleLedger(store);
    const change = { accountId: 'acme', actor: null };
    await ledger.change({ ...change, id: 'open', command: openAccount({ setsName: true }), name: 'canary' });
    const reader = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM block').get();
    let isDone = false;
    const erasing = ledger.erase({ ...change, id: 'erase', command: { kind: 'ErasePersonalData' } });
    void erasing.then(() => (isDone = true));
    // Others go on meanwhile, and the text is still there for the one that reads.
    for (let at = 0; at < 5; at += 1)
      await ledger.change({ accountId: `other-${at}`, actor: null, id: 'open', command: openAccount() });
    expect(isDone).toBe(false);
    expect(filesWith('canary')).not.toEqual([]);
    reader.close();
    await erasing;
    expect(filesWith('canary')).toEqual([]);
    await ledger.close();
  });
});

describe('an erasing that is cut short', () => {
  const dieAt = async (moment: string) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'erase-crash-child.ts'), directory, moment],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
  };

  it('before its entry is there has not happened', async () => {
    await dieAt('marked');
    const store = await openStore();
    expect(await store.account('acme')).toMatchObject({ version: 1, erasedVersion: null });
    expect((await store.entry('acme', 1))?.personal).toMatchObject({ name: 'canary-of-acme' });
    await store.close();
    expect(filesWith('canary-of-acme')).not.toEqual([]);
  });

  it.each(['recorded', 'done'])('after that is ended by the next start: %s', async (moment) => {
    await dieAt(moment);
    if (moment === 'recorded') expect(filesWith('canary-of-acme')).not.toEqual([]);
    const store = await openStore();
    expect(await store.account('acme')).toMatchObject({ version: 2, erasedVersion: 2 });
    expect((await store.entry('acme', 1))?.personal).toBeNull();
    expect(filesWith('canary-of-acme')).toEqual([]);
    await store.close();
    const journal = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
    expect(journal.prepare('SELECT count(*) AS marks FROM erasure').get()).toEqual({ marks: 0 });
    journal.close();
  });
});
