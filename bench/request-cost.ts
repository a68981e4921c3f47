import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateLedger } from './ledgers/generate-ledger.ts';
import { uniform } from './load/account-choice.ts';
import { bulkTraffic } from './load/bulk-traffic.ts';
import { runClosedLoop } from './load/closed-loop.ts';
import { debitTraffic } from './load/debit-traffic.ts';
import { untilDerived } from './servers/scrip-metrics.ts';
import { startScrip } from './servers/start-scrip.ts';

/**
 * What a debit costs over HTTP, in bulk or alone: processor time of the server's main thread, which answers requests
 * and decides, and so is what one process cannot have more of. Linux only: the kernel counts each thread's time.
 *
 *   node bench/request-cost.ts [--debits 500000] [--lines 1000] [--accounts 10000] [--single]
 */
const { values } = parseArgs({
  options: {
    debits: { type: 'string', default: '500000' },
    lines: { type: 'string', default: '1000' },
    accounts: { type: 'string', default: '10000' },
    single: { type: 'boolean', default: false },
  },
});
const [debits, lines, accounts] = [values.debits, values.lines, values.accounts].map(Number) as [
  number,
  number,
  number,
];
const choose = uniform(accounts);
const load = values.single
  ? { connections: 64, units: 1, traffic: debitTraffic(choose, null) }
  : { connections: 4, units: lines, traffic: bulkTraffic({ lines, choose, book: null }) };

const directory = mkdtempSync(join(tmpdir(), 'scrip-request-cost-'));
try {
  await generateLedger(directory, { accounts, lotsPerAccount: 1, withKeys: false, debits: 0 });
  const scrip = await startScrip(directory);
  const send = (count: number) =>
    runClosedLoop({ url: scrip.url, ...load, until: { requests: Math.ceil(count / load.units) } });
  await send(debits / 4);
  const [all, main] = [processMicros(scrip.pid), threadMicros(scrip.pid, scrip.pid)];
  const { perSecond, refused } = await send(debits);
  // A server that is too late for a request refuses it, which costs next to nothing.
  const made = (Math.ceil(debits / load.units) - refused) * load.units;
  const mainMicros = threadMicros(scrip.pid, scrip.pid) - main;
  await untilDerived(scrip.url);
  const perDebit = (micros: number) => (micros / made).toFixed(2);
  console.log(
    `${Math.round(perSecond)} debits/s; processor time of a debit: ${perDebit(mainMicros)} µs in the main thread, ${perDebit(processMicros(scrip.pid) - all)} µs in all threads until indexed`,
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
