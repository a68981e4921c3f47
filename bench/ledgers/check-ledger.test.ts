import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uniform } from '../load/account-choice.ts';
import { bulkTraffic } from '../load/bulk-traffic.ts';
import { runClosedLoop } from '../load/closed-loop.ts';
import { debitTraffic } from '../load/debit-traffic.ts';
import { mixedTraffic } from '../load/mixed-traffic.ts';
import type { ChildServer } from '../servers/child-server.ts';
import { startScrip } from '../servers/start-scrip.ts';
import type { AckBook } from './ack-book.ts';
import { createAckBook } from './ack-book.ts';
import { accountsToCheck, checkLedger, readBalances, readMade } from './check-ledger.ts';
import { generateLedger } from './generate-ledger.ts';

const ACCOUNTS = 20;
let work: string;
let scrip: ChildServer;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'scrip-bench-'));
  const directory = join(work, 'ledger');
  await generateLedger(directory, { accounts: ACCOUNTS, lotsPerAccount: 2, withKeys: true, debits: 100 });
  scrip = await startScrip(directory);
});
afterAll(async () => {
  await scrip.stop();
  rmSync(work, { recursive: true, force: true });
});

const newBook = () => createAckBook({ accounts: ACCOUNTS, sampled: 50 });

async function problemsAfter(act: (book: AckBook) => unknown): Promise<(string | null)[]> {
  const before = await readBalances(scrip.url, ACCOUNTS);
  const book = newBook();
  await act(book);
  return (await checkLedger(scrip.url, book, before)).map(({ problem }) => problem);
}

it('makes a ledger of the shape that was asked for', async () => {
  const balances = await readMade(scrip.url, { accounts: ACCOUNTS, debits: 100 });
  const granted = ACCOUNTS * 1_000_000_000 + (ACCOUNTS * (ACCOUNTS - 1)) / 2;
  expect(balances.reduce((sum, balance) => sum + balance, 0)).toBe(granted - 100);
});

it('does not begin with balances that are not those of the shape', async () => {
  await expect(readMade(scrip.url, { accounts: ACCOUNTS, debits: 101 })).rejects.toThrow(
    'balances are of 100',
  );
  await expect(readMade(scrip.url, { accounts: ACCOUNTS, debits: 0 })).rejects.toThrow(
    'was granted 10000000',
  );
});

describe('the check of a ledger', () => {
  it('passes when every acknowledged debit is in it', async () => {
    const choose = uniform(ACCOUNTS);
    const load = { url: scrip.url, connections: 4 };
    const problems = await problemsAfter(async (book) => {
      const bulk = bulkTraffic({ lines: 50, choose, book });
      await runClosedLoop({ ...load, until: { requests: 40 }, traffic: debitTraffic(choose, book) });
      await runClosedLoop({ ...load, until: { requests: 4 }, traffic: bulk });
      await runClosedLoop({ ...load, until: { requests: 200 }, traffic: mixedTraffic(choose, book) });
      expect(book.total()).toBeGreaterThan(240);
    });
    expect(problems).toEqual([null, null]);
  });

  it('finds a debit that was acknowledged and is not there', async () => {
    const lost = randomUUID();
    const problems = await problemsAfter((book) => book.acknowledge(3, lost));
    expect(problems[0]).toContain('a00000003 had');
    expect(problems[1]).toContain(lost);
  });

  it('finds a debit that nobody acknowledged', async () => {
    const problems = await problemsAfter(() =>
      runClosedLoop({
        url: scrip.url,
        connections: 1,
        until: { requests: 1 },
        traffic: debitTraffic(() => 7, null),
      }),
    );
    expect(problems).toEqual([expect.stringContaining('a00000007 had'), null]);
  });

  it('can be of some accounts only, and says of how many', async () => {
    const before = await readBalances(scrip.url, ACCOUNTS);
    const book = newBook();
    book.acknowledge(3, randomUUID());
    const checkOf = async (...accounts: number[]) =>
      (await checkLedger(scrip.url, book, before, accounts))[0];
    expect((await checkOf(2, 4, 5))?.problem).toBe(null);
    const found = await checkOf(2, 3);
    expect(found?.what).toContain('each of 2 of 20 accounts');
    expect(found?.problem).toContain('a00000003 had');
  });
});

describe('the accounts to check', () => {
  it('are those that were debited, and others in between', () => {
    const book = createAckBook({ accounts: 1000, sampled: 0 });
    for (const account of [5, 777, 999]) book.acknowledge(account, randomUUID());
    expect(accountsToCheck(book, { accounts: 1000, others: 4 })).toEqual([0, 5, 250, 500, 750, 777, 999]);
    expect(accountsToCheck(book, { accounts: 3, others: 4 })).toEqual([0, 1, 2]);
  });
});
