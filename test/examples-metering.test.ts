import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR_KEY, type ScripProcess, startScrip } from './support/scrip-process.ts';

const root = join(import.meta.dirname, '..');
const data = mkdtempSync(join(tmpdir(), 'scrip-examples-'));
let scrip: ScripProcess;
beforeAll(async () => {
  scrip = await startScrip({ data });
  await scrip.call('POST', '/accounts', { id: 'acme' }, { 'idempotency-key': 'open' });
}, 60_000);
afterAll(async () => {
  await scrip.stop();
  rmSync(data, { recursive: true, force: true });
});

const examples = [
  { name: 'Express', file: 'examples/metering-express/server.ts', path: '/speech' },
  { name: 'Fastify', file: 'examples/metering-fastify/server.ts', path: '/speech' },
  { name: 'Hono', file: 'examples/metering-hono/server.ts', path: '/speech' },
  { name: 'Next.js', file: 'test/next-route-child.ts', path: '/api/speech' },
];

describe.each(examples)('the metering example with $name', ({ file, path }) => {
  let example: Example;
  beforeAll(async () => {
    example = await startExample(file, path);
  }, 60_000);
  afterAll(async () => example.stop());

  it('takes exactly what was used', async () => {
    await setAvailable(100);
    const reply = await example.say('one two three');
    expect([reply.status, await reply.json()]).toEqual([200, { seconds: 3 }]);
    expect(await balance()).toEqual({ settled: '97', held: '0', available: '97' });
  });

  it('gives everything back when the handler fails', async () => {
    await setAvailable(100);
    const reply = await example.say('?!');
    await reply.text();
    expect(reply.status).toBe(500);
    expect(await balance()).toEqual({ settled: '100', held: '0', available: '100' });
  });

  it('refuses in the words of the dialect, as Scrip puts them, and does no work', async () => {
    await setAvailable(2);
    const text = `too long ${path}`;
    const reply = await example.say(text);
    const own = await scrip.call('POST', '/accounts/acme/holds?dialect=supertone', {
      action: 'speech',
      quantity: text.length,
    });
    expect(reply.status).toBe(402);
    expect(await reply.text()).toBe(own.text);
    expect(reply.headers.get('content-type')).toBe(own.headers.get('content-type'));
    expect(own.text).toContain('Not enough credits');
    expect(example.output()).not.toContain(text);
    expect(await balance()).toEqual({ settled: '2', held: '0', available: '2' });
  });

  it('never takes more than there is, however many ask at once', async () => {
    await setAvailable(5);
    const calls = Array.from({ length: 20 }, async () => {
      const reply = await example.say('a');
      // What is paid for is sure when the whole reply is there.
      await reply.text();
      return reply.status;
    });
    const statuses = await Promise.all(calls);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([...Array(5).fill(200), ...Array(15).fill(402)]);
    expect(example.output().match(/^said: a$/gm)).toHaveLength(5);
    expect(await balance()).toEqual({ settled: '0', held: '0', available: '0' });
  });

  it('does nothing for a caller whom it does not know', async () => {
    await setAvailable(100);
    const reply = await example.say('who is it', 'another key');
    expect(reply.status).toBe(401);
    expect(await reply.text()).toContain('Invalid API Key');
    expect(await balance()).toEqual({ settled: '100', held: '0', available: '100' });
  });
});

interface Example {
  readonly say: (text: string, key?: string) => Promise<Response>;
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

/** Runs it as its readers do, with a port of its own. */
async function startExample(file: string, path: string): Promise<Example> {
  const child: ChildProcess = spawn(process.execPath, [join(root, file)], {
    env: { ...process.env, SCRIP_URL: scrip.url, SCRIP_KEY: OPERATOR_KEY, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const found = /listens on (http:\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => reject(new Error(`${file} did not start:\n${output}`)));
  });
  return {
    say: async (text, key = 'key-of-acme') =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-sup-api-key': key },
        body: JSON.stringify({ text }),
      }),
    output: () => output,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}

/** Takes all that the account has, and grants so much. */
async function setAvailable(amount: number): Promise<void> {
  const { available } = await balance();
  if (available !== '0')
    await scrip.call('POST', '/accounts/acme/debits', { pool: 'standard', amount: available });
  await scrip.call('POST', '/accounts/acme/grants', { pool: 'standard', amount, kind: 'one-time' });
}

async function balance(): Promise<{ settled: string; held: string; available: string }> {
  const { pools } = (await scrip.call('GET', '/accounts/acme/balance')).json as {
    pools: { settled: string; held: string; available: string }[];
  };
  const { settled = '0', held = '0', available = '0' } = pools[0] ?? {};
  return { settled, held, available };
}
