import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uniform } from '../load/account-choice.ts';
import { runClosedLoop } from '../load/closed-loop.ts';
import { mixedTraffic } from '../load/mixed-traffic.ts';
import { startScrip } from '../servers/start-scrip.ts';
import { createAckBook } from './ack-book.ts';
import { checkFiles, countEntries } from './check-files.ts';
import { generateLedger } from './generate-ledger.ts';

const ACCOUNTS = 20;
let work: string;
let directory: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'scrip-bench-'));
  directory = join(work, 'ledger');
  await generateLedger(directory, { accounts: ACCOUNTS, lotsPerAccount: 1, withKeys: false, debits: 10 });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** What is found after a load, and whatever else is in the book. */
async function problemAfter(besides: { lost?: string; damage?: string } = {}): Promise<string | null> {
  const scrip = await startScrip(directory);
  const before = countEntries(directory);
  const book = createAckBook({ accounts: ACCOUNTS, sampled: 0 });
  const load = { url: scrip.url, connections: 4, until: { requests: 200 } };
  await runClosedLoop({ ...load, traffic: mixedTraffic(uniform(ACCOUNTS), book) });
  if (besides.lost !== undefined) book.acknowledge(3, besides.lost);
  await scrip.stop();
  if (besides.damage !== undefined) {
    const journal = new DatabaseSync(join(directory, 'journal.db'));
    journal.exec(besides.damage);
    journal.close();
  }
  return (await checkFiles(scrip, { directory, entries: before + book.entries() })).problem;
}

describe('the check of the files', () => {
  it('passes when they hold every change that was acknowledged', async () => {
    expect(await problemAfter()).toBe(null);
  });

  it('finds that a change which was acknowledged is not in them', async () => {
    expect(await problemAfter({ lost: randomUUID() })).toMatch(/^it has [\d,]+ entries$/);
  });

  it('finds what is wrong in them', async () => {
    const damage = "UPDATE block SET entries = replace(entries, '1000000003', '9000000003')";
    expect(await problemAfter({ damage })).toContain('a00000003');
  });
});
