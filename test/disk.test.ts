import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScripProcess } from './support/scrip-process.ts';
import { startScrip } from './support/scrip-process.ts';

let data: string;
let scrip: ScripProcess | null = null;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'scrip-disk-'));
});

afterEach(async () => {
  await scrip?.kill();
  scrip = null;
  rmSync(data, { recursive: true, force: true });
});

async function openAccount(): Promise<void> {
  await scrip?.call('POST', '/accounts', { id: 'acme' });
  const grant = { pool: 'standard', amount: '1000000', kind: 'one-time' };
  expect((await scrip?.call('POST', '/accounts/acme/grants', grant))?.status).toBe(201);
}

const debit = (id: string) =>
  (scrip as ScripProcess).call(
    'POST',
    '/accounts/acme/debits',
    { pool: 'standard', amount: '1' },
    { 'idempotency-key': id },
  );

async function balance(): Promise<string | undefined> {
  const reply = await (scrip as ScripProcess).call('GET', '/accounts/acme/balance');
  return (reply.json['pools'] as { settled: string }[])[0]?.settled;
}

const metrics = async () => (await fetch(`${scrip?.url}/metrics`)).text();

/** Debits until one is refused; returns how many were acknowledged, and the refusal. */
async function debitUntilRefused(most: number) {
  for (let count = 0; count < most; count += 1) {
    const reply = await debit(`debit-${count}`);
    if (reply.status !== 201) return { count, reply };
  }
  throw new Error(`${most} debits were all accepted`);
}

async function expectWritesStopped(
  acknowledged: number,
  refused: { status: number; json: Record<string, unknown> },
) {
  expect(refused).toMatchObject({ status: 503, json: { code: 'store-failed', outcome: expect.any(String) } });
  expect((await debit('another')).status).toBe(503);
  // Readers go on, and see what was acknowledged.
  expect(await balance()).toBe(String(1_000_000 - acknowledged));
  const ready = await fetch(`${scrip?.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ status: 'not-ready', reason: expect.stringMatching(/\w/) });
}

describe('a full disk', () => {
  it('stops writes and says so; reads go on, and nothing acknowledged is lost', async () => {
    scrip = await startScrip({ data, under: ['bash', '-c', 'ulimit -f 400; exec "$@"', 'bash'] });
    await openAccount();
    const { count, reply } = await debitUntilRefused(5000);
    await expectWritesStopped(count, reply);
    await scrip.kill();
    scrip = await startScrip({ data });
    // The last one's outcome may have been unknown: asking again by its id settles it.
    const again = await debit(`debit-${count}`);
    expect(again.status).toBe(201);
    expect(await balance()).toBe(String(1_000_000 - count - 1));
  });
});

const hasStrace = (() => {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Interferes with the running server's syncs from outside: it delays them, or makes them fail. */
async function tamperWithSyncs(pid: number, what: string): Promise<() => Promise<void>> {
  const strace = spawn(
    'strace',
    ['-f', '-q', '-p', String(pid), '-e', 'trace=fsync,fdatasync', '-e', `inject=fsync,fdatasync:${what}`],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  // It has attached to every thread when it has had a moment.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return async () => {
    strace.kill('SIGINT');
    await once(strace, 'exit');
  };
}

describe.runIf(hasStrace)('the disk, watched by strace', () => {
  it('is synced before a change is acknowledged', async () => {
    scrip = await startScrip({ data });
    await openAccount();
    const letGo = await tamperWithSyncs(scrip.pid, 'delay_enter=400000');
    const begin = performance.now();
    expect((await debit('slow')).status).toBe(201);
    const tookMs = performance.now() - begin;
    await letGo();
    expect(tookMs).toBeGreaterThan(400);
  });

  it('shows nothing to readers before it is synced', async () => {
    scrip = await startScrip({ data });
    await openAccount();
    const letGo = await tamperWithSyncs(scrip.pid, 'delay_enter=800000');
    const slow = debit('slow');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await balance()).toBe('1000000');
    expect((await slow).status).toBe(201);
    await letGo();
    expect(await balance()).toBe('999999');
  });

  it('refuses nothing for the sake of a change that is not synced yet', async () => {
    scrip = await startScrip({ data });
    await openAccount();
    const letGo = await tamperWithSyncs(scrip.pid, 'delay_enter=800000');
    const all = { pool: 'standard', amount: '1000000' };
    const spending = scrip.call('POST', '/accounts/acme/debits', all, { 'idempotency-key': 'all' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const begin = performance.now();
    expect((await debit('more')).status).toBe(402);
    const waitedMs = performance.now() - begin;
    expect((await spending).status).toBe(201);
    await letGo();
    expect(waitedMs).toBeGreaterThan(400);
  });

  it('stops writes when a sync fails, and never says yes to what it cannot know', async () => {
    scrip = await startScrip({ data });
    await openAccount();
    for (let count = 0; count < 5; count += 1) expect((await debit(`before-${count}`)).status).toBe(201);
    // The indexes have syncs of their own, and a change that comes after one of those failed is not taken at all.
    await vi.waitFor(async () => expect(await metrics()).toContain('\nscrip_ledger_lag_entries 0\n'));
    const letGo = await tamperWithSyncs(scrip.pid, 'error=EIO');
    const refused = await debit('failed');
    await letGo();
    expect(refused.json).toMatchObject({ code: 'store-failed', outcome: 'unknown' });
    await expectWritesStopped(5, refused);
    await scrip.kill();
    scrip = await startScrip({ data });
    expect((await debit('failed')).status).toBe(201);
    expect(await balance()).toBe('999994');
  });
});
