import { afterEach, expect, it, vi } from 'vitest';
import type { StandIn } from '../../../../test/support/stand-in.ts';
import { reply, startStandIn } from '../../../../test/support/stand-in.ts';
import { accountSeller } from './seller.ts';
import { openServerTarget } from './server-openings.ts';

let server: StandIn | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
});

const CARD = { pools: [{ id: 'standard', decimals: 6, unit: 'credits' }], actions: { sms: {} } };

/** A server that is asked for its rate card first, and then answers so. */
async function serve(...later: readonly object[]) {
  server = await startStandIn(reply(200, CARD), ...later.map((body) => reply(200, body)));
  vi.stubEnv('SCRIP_URL', server.url);
  vi.stubEnv('SCRIP_KEY', 'key');
}

const granted = (amount: string) => ({
  data: [{ id: 'opening-balance-standard', pool: 'standard', amount, expiresAt: null }],
  next: null,
});
const settled = (amount: string) => ({ pools: [{ pool: 'standard', settled: amount }] });
const quoted = (amount: string) => ({ pools: [], lines: [{ action: 'sms', pool: 'standard', amount }] });
const refused = (amount: string) => ({
  code: 'not-scrip',
  message: `The server answered with status 200 and the amount "${amount}", and not as Scrip does.`,
});

it('takes what was given already for what the server says, and for nothing where that is no amount', async () => {
  const account = { id: 'acme', version: 2, closedAt: null };
  await serve(
    account,
    settled('2.5'),
    granted('12.5'),
    account,
    settled('x'),
    account,
    settled('1'),
    granted('1e3'),
  );
  const { find } = await openServerTarget();
  const found = await find('acme');
  expect(found?.settledMicros.get('standard')).toBe(2_500_000n);
  expect(found?.grants.get('opening-balance-standard')).toMatchObject({ amountMicros: 12_500_000n });
  await expect(find('acme')).rejects.toMatchObject(refused('x'));
  await expect(find('acme')).rejects.toMatchObject(refused('1e3'));
});

it('prices a plan by the server’s quotes, and by none that is no amount', async () => {
  await serve(quoted('0.5'), quoted(''));
  const seller = await accountSeller({ kind: 'account', name: 'acme' }, { hasLines: true });
  const lines = [{ action: 'sms', quantityMicros: 1_000_000n, times: 3n, place: '--for' }];
  expect(await seller.price(lines)).toMatchObject([{ amountMicros: 1_500_000n }]);
  await expect(seller.price(lines)).rejects.toMatchObject(refused(''));
});
