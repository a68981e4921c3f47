import { afterEach, expect, it } from 'vitest';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../../test/support/served-app.ts';

let served: ServedApp;
afterEach(() => served.close());

it('a new version is published, and old ones stay readable', async () => {
  served = await serveAcme();
  const { ask } = served;
  const first = (await ask('GET', '/rate-card')).json;
  const body = {
    pools: [...first.pools, { id: 'gold', decimals: 2, unit: 'g' }],
    actions: {
      fax: { pool: 'gold', amount: '0.25', per: 2, unit: 'page', rounding: 'started', minimum: 0.5 },
      sms: { pool: 'standard', amount: 0 },
    },
  };
  const published = await ask('PUT', '/rate-card', { body, id: 'p1' });
  expect([published.status, published.json]).toEqual([
    200,
    {
      version: 2,
      publishedAt: '2026-03-10T12:00:00.000Z',
      pools: body.pools,
      actions: {
        fax: { pool: 'gold', amount: '0.25', per: '2', unit: 'page', rounding: 'started', minimum: '0.5' },
        sms: { pool: 'standard', amount: '0', per: '1', unit: 'call', rounding: 'exact', minimum: '0' },
      },
    },
  ]);
  expect((await ask('GET', '/rate-card')).text).toBe(published.text);
  expect((await ask('GET', '/rate-card/1')).json).toEqual(first);
  const again = await ask('PUT', '/rate-card', { body, id: 'p1' });
  expect([again.text, again.headers['idempotent-replayed']]).toEqual([published.text, 'true']);
  for (const version of ['0', '3', 'x', '01', '1.0']) {
    const none = await ask('GET', `/rate-card/${version}`);
    expect([none.status, none.json.code]).toEqual([404, 'rate-card-not-found']);
  }
});

const sms = { pool: 'standard', amount: 1 };
it.each([
  ['/actions', {}],
  ['/actions/sms/amount', { actions: { sms: { pool: 'standard', amount: -1 } } }],
  ['/actions/sms/per', { actions: { sms: { ...sms, per: 0 } } }],
  ['/actions/sms/rounding', { actions: { sms: { ...sms, rounding: 'up' } } }],
  ['/actions/sms/extra', { actions: { sms: { ...sms, extra: 1 } } }],
  ['/actions/s ms', { actions: { 's ms': sms } }],
  ['/actions/s\nms', { actions: { 's\nms': null } }],
  ['/actions/s\nms', { actions: { 's\nms': { unit: 5 } } }],
  ['/pools/1/id', { actions: {}, pools: [0, 1].map(() => ({ id: 'a', decimals: 0, unit: 'x' })) }],
  ['/pools/0/decimals', { actions: {}, pools: [{ id: 'a', decimals: 7, unit: 'x' }] }],
])('a rate card is refused at %s', async (pointer, body) => {
  served = await serveAcme();
  const refused = await served.ask('PUT', '/rate-card', { body });
  expect(refused.status).toBe(422);
  expect(refused.json.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  expect((await served.ask('GET', '/rate-card')).json.version).toBe(1);
});

it.each([
  [422, 'unknown-pool', { actions: { sms: { ...sms, pool: 'gold' } } }],
  [422, 'too-precise', { actions: { sms: { pool: 'email', amount: 1, minimum: '0.5' } } }],
  [409, 'pool-removed', { actions: {}, pools: [{ id: 'standard', decimals: 6, unit: 'x' }] }],
])('a rate card is refused with %i %s', async (status, code, body) => {
  served = await serveAcme();
  const refused = await served.ask('PUT', '/rate-card', { body });
  expect([refused.status, refused.json.code]).toEqual([status, code]);
});

it('a rate card of a thousand actions is taken, and a quote of as many lines', async () => {
  served = await serveAcme();
  const names = Array.from({ length: 1000 }, (_, at) => `action_number_${at}_of_a_long_card`);
  const price = { pool: 'standard', amount: '0.001', per: '60', unit: 'second', rounding: 'started' };
  const actions = Object.fromEntries(names.map((name) => [name, price]));
  expect((await served.ask('PUT', '/rate-card', { body: { actions } })).status).toBe(200);
  const lines = names.map((action) => ({ action, quantity: '1' }));
  const quoted = await served.ask('POST', '/accounts/acme/quotes', { body: { lines } });
  expect([quoted.status, quoted.json.affordable]).toEqual([200, true]);
});
