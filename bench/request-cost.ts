import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateLedger } from './ledgers/generate-ledger.ts';
import { uniform } from './load/account-choice.ts';
import { BALANCE_ROUTES, balanceTraffic } from './load/balance-traffic.ts';
import { bulkTraffic } from './load/bulk-traffic.ts';
import { runClosedLoop } from './load/closed-loop.ts';
import { debitTraffic } from './load/debit-traffic.ts';
import type { Traffic } from './load/traffic.ts';
import { untilDerived } from './servers/scrip-metrics.ts';
import { startScrip } from './servers/start-scrip.ts';

/**
 * What a debit costs over HTTP, in bulk or alone, or a balance read: processor time of the server's main thread, which
 * answers requests and decides, and so is what one process cannot have more of; and for how long the collector stops
 * that thread. Linux only: the kernel counts each thread's time.
 *
 *   node bench/request-cost.ts [--accounts 10000] [--debits 500000 [--lines 1000 | --single]] [--reads N]
 */
const { values } = parseArgs({
  options: {
    debits: { type: 'string', default: '500000' },
    lines: { type: 'string', default: '1000' },
    accounts: { type: 'string', default: '10000' },
    single: { type: 'boolean', default: false },
    reads: { type: 'string' },
  },
});
const [count, lines, accounts] = [values.reads ?? values.debits, values.lines, values.accounts].map(
  Number,
) as [number, number, number];
const choose = uniform(accounts);

function chooseLoad() {
  if (values.reads !== undefined)
    return { what: 'balance read', connections: 64, units: 1, traffic: readEach() };
  return values.single
    ? { what: 'debit', connections: 64, units: 1, traffic: debitTraffic(choose, null) }
    : { what: 'debit', connections: 4, units: lines, traffic: bulkTraffic({ lines, choose, book: null }) };
}

/** A balance in Scrip's own form and in those of the dialects, in turn. */
function readEach(): Traffic {
  const routes = BALANCE_ROUTES.map((route) => balanceTraffic(route, choose));
  let read = 0;
  return () => (routes[(read += 1) % routes.length] as Traffic)();
}

const load = chooseLoad();

const directory = mkdtempSync(join(tmpdir(), 'scrip-request-cost-'));
try {
  await generateLedger(directory, { accounts, lotsPerAccount: 1, withKeys: true, debits: 0 });
  process.env['NODE_OPTIONS'] = `--import=${import.meta.resolve('./servers/report-pauses.ts')}`;
  const scrip = await startScrip(directory);
  const send = (units: number) =>
    runClosedLoop({ url: scrip.url, ...load, until: { requests: Math.ceil(units / load.units) } });
  await send(count / 4);
  process.kill(scrip.pid, 'SIGUSR2');
  const [all, main] = [processMicros(scrip.pid), threadMicros(scrip.pid, scrip.pid)];
  const { perSecond, p99Ms, refused } = await send(count);
  // A server that is too late for a request refuses it, which costs next to nothing.
  const made = (Math.ceil(count / load.units) - refused) * load.units;
  const mainMicros = threadMicros(scrip.pid, scrip.pid) - main;
  await untilDerived(scrip.url);
  const each = (micros: number) => (micros / made).toFixed(2);
  console.log(
    `${Math.round(perSecond)} a second, p99 ${p99Ms} ms; processor time of a ${load.what}: ${each(mainMicros)} µs in the main thread, ${each(processMicros(scrip.pid) - all)} µs in all threads until indexed`,
  );
  await scrip.stop();
} finally {
  rmSync(directory, { recursive: true, force: true });
  rmSync(`${directory}.config.json`, { force: true });
}

function threadMicros(pid: number, thread: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1000;
}

/** User and system time of all threads, also of those that have ended, in ticks of 10 ms. */
function processMicros(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
