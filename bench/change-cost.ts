import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateLedger } from './ledgers/generate-ledger.ts';

/**
 * What a debit costs the engine alone, without HTTP: processor time, which says more than the clock on a machine that
 * does other work too. 1,000 accounts, random ids, 4,000 callers at once.
 *
 *   node bench/change-cost.ts [--debits 500000]
 */
const { values } = parseArgs({ options: { debits: { type: 'string', default: '500000' } } });
const debits = Number(values.debits);
const directory = mkdtempSync(join(tmpdir(), 'scrip-change-cost-'));
try {
  const [all, main, startedMs] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()];
  await generateLedger(directory, { accounts: 1000, lotsPerAccount: 1, withKeys: false, debits });
  const seconds = (performance.now() - startedMs) / 1000;
  const micros = ({ user, system }: NodeJS.CpuUsage) => ((user + system) / debits).toFixed(1);
  console.log(
    `${Math.round(debits / seconds)} debits/s; processor time of a debit: ${micros(process.cpuUsage(all))} µs in all threads, ${micros(process.threadCpuUsage(main))} µs of them in the main thread`,
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
