import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import type { Results, WorkloadResult } from './report/results.ts';

const BENCH = join(import.meta.dirname, 'bench.ts');
const cwd = mkdtempSync(join(tmpdir(), 'scrip-bench-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [BENCH, ...args], { cwd, encoding: 'utf8', timeout: 590_000 });

it('measures every workload, checks it, and writes the results', { timeout: 600_000 }, () => {
  const ids = ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'growth'];
  const { status, stdout, stderr } = bench('--smoke', '--no-postgres', '--only', ids.join(','));
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  const results = JSON.parse(readFileSync(join(cwd, 'bench-results/results.json'), 'utf8')) as Results;
  const page = readFileSync(join(cwd, 'bench-results/results.md'), 'utf8');
  const chart = readFileSync(join(cwd, 'bench-results/results.svg'), 'utf8');
  expect(results.workloads.map(({ id }) => id)).toEqual(ids);
  for (const workload of results.workloads) {
    if ('error' in workload) throw new Error(`${workload.id}: ${workload.error}`);
    const { figures, checks } = workload.outcome;
    expect(figures.length, workload.id).toBeGreaterThan(0);
    expect(checks.length, workload.id).toBeGreaterThan(0);
    for (const { who, what, unit, values } of figures) {
      expect(page).toMatch(new RegExp(String.raw`${escaped(what)} +\| ${escaped(who)} `));
      if (unit.endsWith('/s')) expect(Math.min(...values), `${workload.id} ${what}`).toBeGreaterThan(0);
    }
  }
  const checksOf = (workload: WorkloadResult) => ('outcome' in workload ? workload.outcome.checks : []);
  // What a server that is still running answers may be in its memory alone.
  expect(
    results.workloads
      .filter((workload) => checksOf(workload).some(({ what }) => what.includes('its files verify')))
      .map(({ id }) => id),
  ).toEqual(['W2', 'W3', 'W4', 'W5']);
  // Reads of accounts that are not in memory are no part of what these measure.
  expect(
    results.workloads
      .filter(
        (workload) =>
          'outcome' in workload && /each account is read once/i.test(workload.outcome.setup.join(' ')),
      )
      .map(({ id }) => id),
  ).toEqual(['W1', 'W2', 'W3', 'W4', 'W5']);
  expect(stdout).toContain('were seen behind, at one look a second');
  expect(stdout).toContain('W1  Balance reads');
  expect(chart).toContain('bare Fastify');
  // What was made to be measured is taken away again.
  expect(readdirSync(join(cwd, 'bench-results')).toSorted()).toEqual([
    'results.json',
    'results.md',
    'results.svg',
  ]);
});

it('has no result when the server dies, and ends with 1', { timeout: 120_000 }, async () => {
  const args = ['--smoke', '--seconds', '60', '--only', 'W5', '--work', 'dying'];
  const child = spawn(process.execPath, [BENCH, ...args], { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  process.kill(await serverOf(child.pid ?? 0, join(cwd, 'dying')), 'SIGKILL');
  expect(await exited).toEqual([1, null]);
  expect(output).toContain('no result: ');
  expect(readdirSync(join(cwd, 'dying'))).toEqual([]);
});

it('takes its files with it when its terminal goes', { timeout: 120_000 }, async () => {
  const args = ['--smoke', '--seconds', '60', '--only', 'W5', '--no-postgres', '--work', 'left'];
  const child = spawn(process.execPath, [BENCH, ...args], { cwd, stdio: 'ignore' });
  const exited = once(child, 'exit');
  await serverOf(child.pid ?? 0, join(cwd, 'left'));
  child.kill('SIGHUP');
  expect(await exited).toEqual([1, null]);
  expect(readdirSync(join(cwd, 'left'))).toEqual([]);
});

/** The process that serves a ledger below a directory; a benchmark that makes one has it for a while itself. */
function serverOf(bench: number, work: string): Promise<number> {
  const find = () => {
    const files = existsSync(work) ? readdirSync(work, { recursive: true, encoding: 'utf8' }) : [];
    const pids = files
      .filter((file) => file.endsWith('scrip.pid'))
      .map((file) => Number(readFileSync(join(work, file), 'utf8')));
    const pid = pids.find((candidate) => candidate > 0 && candidate !== bench);
    if (pid === undefined) throw new Error('nothing is served yet');
    return pid;
  };
  return vi.waitFor(find, { timeout: 60_000, interval: 50 });
}

it('has no result when PostgreSQL does not start, and ends with 1', { timeout: 60_000 }, () => {
  // There is no place for the file that PostgreSQL is given its password in.
  const env = { ...process.env, TMPDIR: join(cwd, 'nowhere') };
  const { status, stdout } = spawnSync(process.execPath, [BENCH, '--smoke', '--only', 'W2'], {
    cwd,
    env,
    encoding: 'utf8',
  });
  expect(stdout).toContain('no result: PostgreSQL does not start');
  expect(status).toBe(1);
});

it('says what it can do, and what is wrong with a command line', () => {
  const help = bench('--help');
  expect([help.status, help.stdout]).toEqual([0, expect.stringContaining('--only LIST')]);
  const wrong = bench('--only', 'W0');
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('there is no workload "W0"')]);
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
