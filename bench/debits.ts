import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';

/**
 * Durable debits a second beside a bare Fastify POST, in one run: single debits over 64 connections and bulk debits of
 * 1,000 over 4, each three times in turn. After the run every acknowledged debit must be in the balances.
 *
 *   npm run bench
 */
const ROUNDS = 3;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 5);
const ACCOUNTS = 1000;
const KEY = 'scrip_op_of_the_benchmark';
const BULK_LINES = 1000;
const GRANT = 1_000_000_000;

interface Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function start(args: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, SCRIP_OPERATOR_KEY: KEY },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout) {
    const url = /serves on (\S+)/.exec(String(chunk))?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      stop: async () => {
        child.kill('SIGTERM');
        await once(child, 'exit');
      },
    };
  }
  throw new Error(`${args.join(' ')} did not start`);
}

const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };
const accountOf = () => `a${Math.floor(Math.random() * ACCOUNTS)}`;

interface Load {
  readonly url: string;
  readonly connections: number;
  readonly request: () => { path: string; body: string; headers: Record<string, string> };
}

/** Requests a second that were answered with a 2xx, and their p99 in milliseconds. */
async function load({
  url,
  connections,
  request,
}: Load): Promise<{ perSecond: number; p99Ms: number; total: number }> {
  const result = await autocannon({
    url,
    connections,
    duration: SECONDS,
    requests: [
      { method: 'POST', setupRequest: (base: object) => ({ ...base, method: 'POST', ...request() }) },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  return { perSecond: result['2xx'] / result.duration, p99Ms: result.latency.p99, total: result['2xx'] };
}

const single = (path: (account: string) => string) => () => ({
  path: path(accountOf()),
  headers: { ...headers, 'idempotency-key': randomUUID() },
  body: '{"action":"sms","quantity":1}',
});
const bulk = (path: string) => () => ({
  path,
  headers,
  body: JSON.stringify(
    Array.from({ length: BULK_LINES }, () => ({
      id: randomUUID(),
      accountId: accountOf(),
      action: 'sms',
      quantity: 1,
    })),
  ),
});

async function post(url: string, path: string, body: unknown): Promise<void> {
  const reply = await fetch(`${url}/scrip/v1${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
}

async function spentCredits(url: string): Promise<number> {
  let spent = 0;
  for (let at = 0; at < ACCOUNTS; at += 1) {
    const reply = await fetch(`${url}/scrip/v1/accounts/a${at}/balance`, { headers });
    const { pools } = (await reply.json()) as { pools: { settled: string }[] };
    spent += GRANT - Number(pools[0]?.settled);
  }
  return spent;
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const data = mkdtempSync(join(tmpdir(), 'scrip-bench-'));
const root = join(import.meta.dirname, '..');
const bare = await start([join(root, 'bench/bare-server.ts')]);
const scrip = await start([
  join(root, 'packages/scrip/bin/scrip.js'),
  'serve',
  '--port',
  '0',
  '--data',
  data,
]);
try {
  for (let at = 0; at < ACCOUNTS; at += 1) {
    await post(scrip.url, '/accounts', { id: `a${at}` });
    await post(scrip.url, `/accounts/a${at}/grants`, {
      pool: 'standard',
      amount: String(GRANT),
      kind: 'one-time',
    });
  }
  const loads = {
    'single, bare Fastify': { url: bare.url, connections: 64, request: single(() => '/debits') },
    'single, Scrip': {
      url: scrip.url,
      connections: 64,
      request: single((id) => `/scrip/v1/accounts/${id}/debits`),
    },
    'bulk of 1,000, bare Fastify': { url: bare.url, connections: 4, request: bulk('/bulk') },
    'bulk of 1,000, Scrip': { url: scrip.url, connections: 4, request: bulk('/scrip/v1/debits') },
  };
  const rates = new Map<string, number[]>();
  const p99s = new Map<string, number[]>();
  let acknowledged = 0;
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, one] of Object.entries(loads)) {
      const lines = name.startsWith('bulk') ? BULK_LINES : 1;
      const { perSecond, p99Ms, total } = await load(one);
      rates.set(name, [...(rates.get(name) ?? []), perSecond * lines]);
      p99s.set(name, [...(p99s.get(name) ?? []), p99Ms]);
      if (name.endsWith('Scrip')) acknowledged += total * lines;
    }
  // A request that was under way when a round ended may have been applied without being counted.
  const spent = await spentCredits(scrip.url);
  const most = acknowledged + ROUNDS * (64 + 4 * BULK_LINES);
  if (spent < acknowledged || spent > most) throw new Error(`${spent} debited, ${acknowledged} acknowledged`);
  for (const [name, values] of rates)
    console.log(
      `${name.padEnd(30)} ${Math.round(median(values)).toLocaleString('en').padStart(9)} debits/s   p99 ${median(p99s.get(name) ?? [])} ms`,
    );
  for (const kind of ['single', 'bulk of 1,000'])
    console.log(
      `${kind}: ${(median(rates.get(`${kind}, Scrip`) ?? []) / median(rates.get(`${kind}, bare Fastify`) ?? [])).toFixed(2)} of bare Fastify`,
    );
} finally {
  await scrip.stop();
  await bare.stop();
  rmSync(data, { recursive: true, force: true });
}
