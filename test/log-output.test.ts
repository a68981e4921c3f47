import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScripProcess } from './support/scrip-process.ts';
import { startScrip } from './support/scrip-process.ts';

let data: string;
let scrip: ScripProcess | null = null;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'scrip-log-'));
});

afterEach(async () => {
  await scrip?.kill();
  scrip = null;
  rmSync(data, { recursive: true, force: true });
});

/** Serves with standard error going to a file, and a line in the log for each request. */
async function serveLoggingTo(redirection: string, first = ''): Promise<ScripProcess> {
  scrip = await startScrip({
    data,
    env: { SCRIP_LOG_LEVEL: 'debug' },
    under: ['bash', '-c', `${first}exec "$@" ${redirection}`, 'bash'],
  });
  return scrip;
}

/** What the server answers, and the exit code that it stops with. */
async function serveAndStop({ url, call, stop }: ScripProcess, requests: number) {
  const statuses = new Set<number>();
  for (let count = 0; count < requests; count += 1)
    statuses.add((await fetch(`${url}/livez`, { signal: AbortSignal.timeout(5000) })).status);
  statuses.add((await call('POST', '/accounts', { id: 'acme' })).status);
  const code = await Promise.race([stop(), new Promise((resolve) => setTimeout(resolve, 10_000, 'runs'))]);
  return { statuses: [...statuses], code };
}

const SERVED = { statuses: [200, 201], code: 0 };

describe.runIf(process.platform === 'linux')('a log', () => {
  it('that has no room left keeps nobody from being served, nor the server from stopping', async () => {
    expect(await serveAndStop(await serveLoggingTo('2> /dev/full'), 50)).toEqual(SERVED);
  });

  it('that nobody reads does not either', async () => {
    const pipe = join(data, 'log');
    // It holds 64 kB, and a line is longer than 100 bytes.
    expect(await serveAndStop(await serveLoggingTo(`2<> ${pipe}`, `mkfifo ${pipe}; `), 800)).toEqual(SERVED);
  });
});
