import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spoilPage } from '../../../../../test/support/spoil-page.ts';
import type { Fault } from '../../ledger/fault.ts';
import { mayHaveKey } from '../../ledger/key-filter.ts';
import type { LeaseRequest, LimitRule, LimitStore } from '../../ledger/limit-store.ts';
import { openSqliteLimitStore } from './limit-store.ts';

const five: LimitRule = { count: 5, windowMs: 60_000, window: 'sliding' };
const NOON = Date.UTC(2025, 1, 9, 12);

let directory: string;
let store: LimitStore;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-limits-'));
  store = await openSqliteLimitStore(directory);
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

function lease(
  key: string,
  { at = NOON, waiting = 1, rule = five }: Partial<LeaseRequest & { at: number }> = {},
) {
  return store.lease({ key, rule, nowMs: at, waiting, settled: null, blanket: null });
}

describe('the SQLite limit store', () => {
  it('keeps leases across a restart', async () => {
    expect(await lease('key', { waiting: 3 })).toMatchObject({ grantedCount: 3 });
    await store.close();
    store = await openSqliteLimitStore(directory);
    expect(await lease('key', { at: NOON + 1, waiting: 10 })).toMatchObject({
      grantedCount: 2,
      takenCount: 5,
    });
    expect(await lease('key', { at: NOON + 2 })).toMatchObject({ grantedCount: 0, freesAtMs: NOON + 60_000 });
  });

  it('grants no more than the limit to requests that arrive together', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => lease('key')));
    expect(replies.reduce((sum, { grantedCount }) => sum + grantedCount, 0)).toBe(5);
  });

  it('answers each of a batch with its own reply', async () => {
    const replies = await Promise.all([
      lease('a', { waiting: 2 }),
      lease('b', { waiting: 9 }),
      lease('c', { waiting: 0 }),
    ]);
    expect(replies.map(({ grantedCount }) => grantedCount)).toEqual([2, 5, 0]);
  });

  it('forgets rows that have ended, and no others', async () => {
    for (let index = 0; index < 50; index += 1) await lease(`old-${index}`);
    for (let index = 0; index < 100; index += 1) await lease(`new-${index}`, { at: NOON + 120_000 });
    const database = new DatabaseSync(join(directory, 'limits.db'));
    const keys = database
      .prepare('SELECT key FROM lease')
      .all()
      .map(({ key }) => String(key));
    database.close();
    expect(keys.filter((key) => key.startsWith('old'))).toEqual([]);
    expect(keys).toHaveLength(100);
  });

  it.each([
    ['one by one', 1],
    ['together', 400],
  ])('fails only the leases that stand on a damaged page, asked for %s', async (_how, atOnce) => {
    const leaseOne = async (index: number) =>
      lease(`key-${index}`).then(
        () => 'leased',
        ({ code }: Fault) => code,
      );
    const leaseAll = async () => {
      const said: string[] = [];
      while (said.length < 400) {
        const from = said.length;
        const some = Array.from({ length: atOnce }, async (_, at) => leaseOne(from + at));
        said.push(...(await Promise.all(some)));
      }
      return said;
    };
    await leaseAll();
    await store.close();
    spoilPage(join(directory, 'limits.db'), 'lease');
    store = await openSqliteLimitStore(directory);
    const said = await leaseAll();
    expect(new Set(said)).toEqual(new Set(['leased', 'store-failed']));
    expect(said.filter((one) => one === 'leased').length).toBeGreaterThan(200);
  });

  it('keeps a blanket lease across a restart, and its end', async () => {
    const rule: LimitRule = { count: 60, windowMs: 60_000, window: 'sliding' };
    const blanket = { name: 'blanket of sixty', rule, nowMs: NOON, id: null, isOver: false };
    const { id, count } = await store.leaseBlanket(blanket);
    expect(count).toBe(3);
    await store.close();
    store = await openSqliteLimitStore(directory);
    const use = { name: blanket.name, id: null, usedCount: 0, lastUsedAtMs: 0 };
    const ask = (key: string) =>
      store.lease({ key, rule, nowMs: NOON, waiting: 100, settled: null, blanket: use });
    expect(await ask('unsettled')).toMatchObject({ grantedCount: 57 });
    await store.leaseBlanket({ ...blanket, id, isOver: true });
    expect(await ask('without it')).toMatchObject({ grantedCount: 60 });
  });

  it('tells which keys of a prefix have leases that may still count', async () => {
    await lease('voxpria old');
    for (const key of ['voxpria new', 'voxpria-day another', 'ocean third'])
      await lease(key, { at: NOON + 30_000 });
    const held = await store.leasedKeys({ prefix: 'voxpria ', nowMs: NOON + 60_000 });
    const keys = ['new', 'old', 'day another', 'third'];
    expect(keys.filter((key) => mayHaveKey(held, key))).toEqual(['new']);
  });

  it('can be read by its owner only', () => {
    expect(statSync(join(directory, 'limits.db')).mode & 0o777).toBe(0o600);
  });

  it('rejects with a fault what it cannot write, and goes on when it can again', async () => {
    await lease('key');
    const database = new DatabaseSync(join(directory, 'limits.db'));
    database.exec('ALTER TABLE lease RENAME TO lost');
    await expect(lease('key')).rejects.toMatchObject({
      name: 'Fault',
      code: 'store-failed',
      retryable: true,
    });
    database.exec('ALTER TABLE lost RENAME TO lease');
    database.close();
    expect(await lease('key', { waiting: 10 })).toMatchObject({ grantedCount: 4 });
  });

  it('names its file where that is none of SQLite', async () => {
    const other = join(directory, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'limits.db'), 'none'.repeat(1000));
    await expect(openSqliteLimitStore(other)).rejects.toThrow('limits.db: file is not a database');
  });
});
