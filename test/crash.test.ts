import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseMicros } from '../packages/scrip/src/core/credits.ts';
import type { Reply, ScripProcess } from './support/scrip-process.ts';
import { startScrip } from './support/scrip-process.ts';

/** More rounds behind a flag: SCRIP_CRASH_ROUNDS=500 npx vitest run test/crash.test.ts */
const ROUNDS = Number(process.env['SCRIP_CRASH_ROUNDS'] ?? 20);
const ACCOUNTS = ['one', 'two', 'three'];
const CALLERS = 12;
const GRANTED = 1_000_000n;

interface Acknowledged {
  readonly path: string;
  readonly id: string;
  readonly body: unknown;
  readonly text: string;
}

/** What a caller sends next; a hold is followed by its capture or release. */
function* changesOf(prefix: string): Generator<{ path: string; id: string; body: unknown }> {
  for (let at = 0; ; at += 1) {
    const account = ACCOUNTS[at % ACCOUNTS.length];
    const path = `/accounts/${account}`;
    const id = `${prefix}-${at}`;
    if (at % 4 === 3) {
      yield { path: `${path}/holds`, id, body: { pool: 'standard', amount: '2' } };
      const end = at % 8 === 3 ? 'capture' : 'release';
      yield {
        path: `${path}/holds/${id}/${end}`,
        id: `${id}-${end}`,
        body: end === 'capture' ? { amount: '1' } : {},
      };
    } else if (at % 9 === 2) {
      yield { path: `${path}/debits`, id, body: { action: 'sms', quantity: 3 } };
      yield { path: `${path}/debits/${id}/refund`, id: `${id}-refund`, body: { amount: '2' } };
    } else yield { path: `${path}/debits`, id, body: { pool: 'standard', amount: '0.5' } };
  }
}

/** Sends a change, again where the server turns it away unseen: a slow machine is busy with all the others. */
async function send(
  scrip: ScripProcess,
  { path, id, body }: { path: string; id: string; body: unknown },
): Promise<Reply> {
  for (;;) {
    const reply = await scrip.call('POST', path, body, { 'idempotency-key': id });
    if (reply.status !== 503 || reply.json['outcome'] !== 'not-applied') return reply;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Sends changes until the process is gone; returns those that were acknowledged. */
async function callUntilKilled(scrip: ScripProcess, prefix: string): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  for (const { path, id, body } of changesOf(prefix)) {
    try {
      const reply = await send(scrip, { path, id, body });
      if (reply.status < 300) acknowledged.push({ path, id, body, text: reply.text });
      // A hold whose reply was lost in an earlier life may be unknown here; nothing else is refused.
      else if (reply.status !== 404) throw new Error(`${path} ${id}: ${reply.status} ${reply.text}`);
    } catch (error) {
      if (error instanceof TypeError) return acknowledged;
      throw error;
    }
  }
  return acknowledged;
}

async function expectAllKept(scrip: ScripProcess, acknowledged: readonly Acknowledged[]): Promise<void> {
  await Promise.all(
    acknowledged.map(async ({ path, id, body, text }) => {
      const reply = await send(scrip, { path, id, body });
      expect(reply.headers.get('idempotent-replayed'), `${path} ${id}: ${reply.text}`).toBe('true');
      expect(reply.text).toBe(text);
    }),
  );
}

/** Reads an account's whole history: versions without gaps, and the balance is what its entries make. */
async function expectExactHistory(scrip: ScripProcess, account: string): Promise<void> {
  let next: string | null = '';
  let version = 0;
  let settled = 0n;
  while (next !== null) {
    const page = await scrip.call(
      'GET',
      `/accounts/${account}/entries?limit=1000${next === '' ? '' : `&after=${next}`}`,
    );
    expect(page.status, page.text).toBe(200);
    const { data, next: after } = page.json as { data: Record<string, unknown>[]; next: string | null };
    for (const entry of data) {
      version += 1;
      expect(entry['version']).toBe(version);
      const amount = parseMicros(typeof entry['amount'] === 'string' ? entry['amount'] : '0') ?? 0n;
      if (entry['kind'] === 'credits-granted' || entry['kind'] === 'debit-refunded') settled += amount;
      if (entry['kind'] === 'credits-debited' || entry['kind'] === 'hold-captured') settled -= amount;
    }
    next = after;
  }
  const balance = await scrip.call('GET', `/accounts/${account}/balance`);
  const [pool] = balance.json['pools'] as { settled: string }[];
  expect(parseMicros(pool?.settled ?? '')).toBe(settled);
  expect(balance.json['version']).toBe(version);
}

it(
  `keeps every acknowledged change through ${ROUNDS} kills at random moments`,
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'scrip-crash-'));
    let scrip = await startScrip({ data });
    try {
      for (const id of ACCOUNTS) {
        await scrip.call('POST', '/accounts', { id });
        const grant = { pool: 'standard', amount: String(GRANTED), kind: 'one-time' };
        expect((await scrip.call('POST', `/accounts/${id}/grants`, grant)).status).toBe(201);
      }
      let total = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const calls = Array.from({ length: CALLERS }, (_, caller) =>
          callUntilKilled(scrip, `r${round}-c${caller}`),
        );
        await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 300));
        await scrip.kill();
        const acknowledged = (await Promise.all(calls)).flat();
        total += acknowledged.length;
        scrip = await startScrip({ data });
        await expectAllKept(scrip, acknowledged);
      }
      for (const account of ACCOUNTS) await expectExactHistory(scrip, account);
      // A load that acknowledged nothing would prove nothing.
      expect(total).toBeGreaterThan(ROUNDS * 20);
      expect(await scrip.stop()).toBe(0);
    } finally {
      await scrip.kill();
      rmSync(data, { recursive: true, force: true });
    }
  },
  60_000 + ROUNDS * 5_000,
);
