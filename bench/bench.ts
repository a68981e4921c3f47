import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLedgers } from './ledgers/ledgers.ts';
import type { Postgres } from './peers/start-postgres.ts';
import { HELP, readOptions, UsageError } from './read-options.ts';
import type { Options } from './read-options.ts';
import { readMachineFacts } from './report/machine-facts.ts';
import { resultsChart } from './report/results-chart.ts';
import { resultsPage } from './report/results-page.ts';
import { resultsText } from './report/results-text.ts';
import type { Results, WorkloadResult } from './report/results.ts';
import { problemsOf } from './report/results.ts';
import { killServers } from './servers/child-server.ts';
import type { Bench, Workload } from './workload.ts';
import { balanceReads } from './workloads/balance-reads.ts';
import { bulkDebits } from './workloads/bulk-debits.ts';
import { growth } from './workloads/growth.ts';
import { hotAccount } from './workloads/hot-account.ts';
import { memory } from './workloads/memory.ts';
import { mixedLoad } from './workloads/mixed-load.ts';
import { restart } from './workloads/restart.ts';
import { singleDebits } from './workloads/single-debits.ts';

const USUAL = [balanceReads, singleDebits, hotAccount, bulkDebits, mixedLoad, restart, memory];
const WORKLOADS = [...USUAL, growth];
const RESULTS = 'bench-results';

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Runs the workloads that are asked for. Exit code 1: one of them has no result. */
async function main(args: readonly string[]): Promise<number> {
  const ids = (workloads: readonly Workload[]) => workloads.map(({ id }) => id);
  const options = readOptions(args, { known: ids(WORKLOADS), usual: ids(USUAL) });
  if (options === null) {
    console.log(HELP);
    return 0;
  }
  const results = await measure(options, (soFar) => write(soFar, options));
  console.log(resultsText(results));
  say(`\n${RESULTS}/results.md has all of it, with each workload's setup.`);
  return results.workloads.every((result) => problemsOf(result).length === 0) ? 0 : 1;
}

function write(results: Results, { json }: Options): void {
  const text = `${JSON.stringify(results, null, 2)}\n`;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, 'results.json'), text);
  writeFileSync(join(RESULTS, 'results.md'), resultsPage(results));
  writeFileSync(join(RESULTS, 'results.svg'), resultsChart(results));
  if (json !== null) writeFileSync(json, text);
}

/** `onResult` hears of the results so far before the first workload and after each. */
async function measure(
  { scale, only, work, withPostgres }: Options,
  onResult: (results: Results) => void,
): Promise<Results> {
  const startedAt = new Date().toISOString();
  mkdirSync(work, { recursive: true });
  const directory = mkdtempSync(join(resolve(work), 'work-'));
  // PostgreSQL runs as another user where this process is root's.
  chmodSync(directory, 0o755);
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  let made = 0;
  const newDirectory = (name: string) => {
    made += 1;
    const path = join(directory, `${name}-${made}`);
    mkdirSync(path);
    return path;
  };
  let started: Promise<Postgres> | null = null;
  const postgres = async () => {
    if (!withPostgres) return null;
    // Loaded here: the package puts handlers on the process.
    started ??= import('./peers/start-postgres.ts').then(({ startPostgres }) =>
      startPostgres(newDirectory('postgres')),
    );
    return started;
  };
  const stop = async () => {
    await (await started?.catch(() => null))?.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void stop().finally(() => process.exit(1)));
  const bench: Bench = { scale, ledgers: createLedgers({ newDirectory, say }), newDirectory, postgres, say };
  try {
    const machine = readMachineFacts(directory, Math.min(1, scale.seconds));
    const workloads: WorkloadResult[] = [];
    const results = { startedAt, scale, machine, workloads };
    onResult(results);
    for (const workload of WORKLOADS.filter(({ id }) => only.includes(id))) {
      workloads.push(await runWorkload(workload, bench));
      onResult(results);
    }
    return results;
  } finally {
    await stop();
  }
}

async function runWorkload({ id, title, run }: Workload, bench: Bench): Promise<WorkloadResult> {
  say(`${id}  ${title}`);
  const startedMs = performance.now();
  const head = () => ({ id, title, seconds: (performance.now() - startedMs) / 1000 });
  try {
    return { outcome: await run(bench), ...head() };
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await killServers();
    return { error: error instanceof Error ? error.message : String(error), ...head() };
  }
}

async function exitCode(): Promise<number> {
  try {
    return await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`bench: ${error.message}. See npm run bench -- --help`);
    return 2;
  }
}

const code = await exitCode();
// A process that has nothing left to do is ended with 0 by the package of PostgreSQL, whatever its exit code was to be.
process.stdout.write('', () => process.exit(code));
