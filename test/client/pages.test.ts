import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Scrip } from '../../packages/client/src/index.ts';
import { settled } from '../support/console-blocks.ts';
import { OPERATOR_KEY, type ScripProcess, startScrip } from '../support/scrip-process.ts';

const root = join(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'scrip-client-pages-'));
const ACCOUNT_KEY = 'the-key-acme-already-has';
let server: ScripProcess;

/** One Scrip plays all four vendors: an account with the credits that the pages show. */
beforeAll(async () => {
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(join(root, 'node_modules/@scrip'), join(home, 'node_modules/@scrip'));
  server = await startScrip({ data: join(home, 'data') });
  const scrip = new Scrip({ url: server.url, key: OPERATOR_KEY, timeoutMs: 60_000, maxRetries: 10 });
  await scrip.openAccount({ id: 'acme' });
  const acme = scrip.account('acme');
  await acme.addKey({ secret: ACCOUNT_KEY });
  await acme.grant({ pool: 'standard', amount: 1000, kind: 'one-time' });
  await acme.grant({ pool: 'standard', amount: 620, kind: 'recurring', every: 'year' });
  await acme.grant({ pool: 'email', amount: 25, kind: 'one-time' });
  await acme.grant({ pool: 'eur', amount: 19, kind: 'one-time' });
  await acme.debit({ pool: 'standard', amount: 100 });
  await acme.debit({ action: 'sms', quantity: 20 });
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The programs of a page, each with the output that the page shows below it. */
function shownPrograms(page: string): { program: string; output: string }[] {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/```js\n([^]*?)```\n\n```text\n([^]*?)```/g);
  return [...blocks].map(([, program = '', output = '']) => ({ program, output: output.trimEnd() }));
}

function run(program: string): string {
  const file = join(home, 'program.mjs');
  writeFileSync(file, program);
  const env: Record<string, string | undefined> = {
    ...process.env,
    SCRIP_URL: server.url,
    SCRIP_KEY: OPERATOR_KEY,
  };
  for (const name of ['VOICEPARTNER', 'SUPERTONE', 'VOXPRIA', 'OCEAN']) {
    env[`${name}_BASE_URL`] = server.url;
    env[`${name}_${name === 'OCEAN' ? 'API_TOKEN' : 'API_KEY'}`] = ACCOUNT_KEY;
  }
  return execFileSync(process.execPath, [file], { cwd: home, encoding: 'utf8', env }).trimEnd();
}

it.each([
  ['docs/client.md', 6],
  ['packages/client/README.md', 1],
])('%s shows what its programs really print', { timeout: 120_000 }, (page, count) => {
  const programs = shownPrograms(page);
  expect(programs).toHaveLength(count);
  expect(readFileSync(join(root, page), 'utf8').match(/```js\n/g)).toHaveLength(count);
  for (const { program, output } of programs) expect(settled(run(program)), program).toBe(settled(output));
});
