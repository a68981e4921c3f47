import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkBalances } from './check-balances.ts';

let server: Server | undefined;
afterEach(() => server?.close());

type Replies = Readonly<Record<string, (credits: number) => unknown>>;

const RIGHT: Replies = {
  '/scrip/v1': (credits) => ({ pools: [{ pool: 'standard', settled: String(credits) }] }),
  '/v1/me': () => ({ success: true, credit: '0', currency: '€' }),
  '/v1/credits': (balance) => ({ balance }),
  '/api/v1/credits': (balance) => ({ success: true, data: { balance, currency: 'credits' } }),
  '/v2/credits': (oneTime) => ({ credits: { oneTime, recurrent: 0 } }),
};

/** Serves balances of accounts of which each was granted a credit more than the one before it. */
async function problemOf(replies: Replies, status = 200): Promise<string | null> {
  server = createServer(({ url = '', headers }, reply) => {
    const [, answer] = Object.entries(replies).find(([path]) => url.startsWith(path)) ?? [];
    const account = Number(/key_of_the_account_(\d+)/.exec(url + JSON.stringify(headers))?.[1]);
    reply.writeHead(status).end(JSON.stringify(answer?.(1_000_000_000 + account)));
  });
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return (await checkBalances(`http://127.0.0.1:${port}`, { accounts: 9, sampled: 20 })).problem;
}

describe('the check of balances', () => {
  it('passes when each account has what it was granted', async () => {
    expect(await problemOf(RIGHT)).toBe(null);
  });

  it('finds a balance that all accounts have alike', async () => {
    const alike = Object.entries(RIGHT).map(([path, answer]) => [path, () => answer(1_000_000_000)]);
    expect(await problemOf(Object.fromEntries(alike) as Replies)).toContain('a0000000');
  });

  it.each([
    ['/scrip/v1', RIGHT['/scrip/v1']?.(7)],
    ['/v1/me', { success: true, credit: '7', currency: '€' }],
    ['/v1/credits', RIGHT['/v1/credits']?.(7)],
    ['/api/v1/credits', RIGHT['/api/v1/credits']?.(7)],
    ['/v2/credits', { credits: { oneTime: null }, emailCredits: null }],
  ])('finds a wrong balance in %s', async (path, wrong) => {
    expect(await problemOf({ ...RIGHT, [path]: () => wrong })).toContain(JSON.stringify(wrong));
  });

  it('takes no refusal for a balance', async () => {
    expect(await problemOf(RIGHT, 404)).toContain('404');
  });
});
