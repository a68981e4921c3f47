import { afterEach, expect, it, vi } from 'vitest';
import type { Answer, StandIn } from '../../../../test/support/stand-in.ts';
import { reply, startStandIn } from '../../../../test/support/stand-in.ts';
import { parseTarget } from './balance-target.ts';
import { createBalanceReader } from './target-balance.ts';

let server: StandIn | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
});

const pool = { pool: 'voice', available: '7', oneTime: '7', recurring: '0' };
const balance = reply(200, { accountId: 'acme', asOf: '2026-11-21T00:00:00.000Z', pools: [pool] });
const problem = (status: number, code: string) =>
  reply(status, { title: 'Title', status, code, detail: 'Detail.' });
const card = reply(200, { pools: [{ id: 'voice', decimals: 0, unit: 'minutes' }], actions: {} });

/** Reads an account twice at a server that answers so when it is asked for its rate card. */
async function readTwice(...answers: readonly Answer[]) {
  let asked = 0;
  server = await startStandIn((request, response) => {
    if (!request.url?.endsWith('/rate-card')) return balance(request, response);
    answers[asked]?.(request, response);
    asked += 1;
  });
  vi.stubEnv('SCRIP_URL', server.url);
  vi.stubEnv('SCRIP_KEY', 'key');
  const read = createBalanceReader({ maxRetries: 0 });
  return [await read(parseTarget('acme')), await read(parseTarget('acme'))];
}

it('asks again for the units of pools where they could not be read, and makes none up', async () => {
  expect(await readTwice(problem(503, 'overloaded'), card)).toMatchObject([
    { failure: { code: 'overloaded' } },
    { pools: [{ pool: 'voice', unit: 'minutes' }] },
  ]);
});

it('asks once for what a key may read, or may not', async () => {
  expect(await readTwice(card)).toMatchObject([
    { pools: [{ unit: 'minutes' }] },
    { pools: [{ unit: 'minutes' }] },
  ]);
  await server?.close();
  expect(await readTwice(problem(403, 'forbidden'))).toMatchObject([
    { pools: [{ unit: 'credits' }] },
    { pools: [{ unit: 'credits' }] },
  ]);
});
