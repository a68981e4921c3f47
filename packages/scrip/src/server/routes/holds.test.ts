import { afterEach, describe, expect, it } from 'vitest';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../../test/support/served-app.ts';

let served: ServedApp;
afterEach(() => served.close());

const HOLDS = '/accounts/acme/holds';

describe('a hold', () => {
  it('sets credits aside until its deadline', async () => {
    served = await serveAcme();
    const hold = await served.ask('POST', HOLDS, { body: { action: 'voice_call', quantity: 60 }, id: 'h1' });
    expect([hold.status, hold.json]).toEqual([
      201,
      {
        id: 'h1',
        accountId: 'acme',
        pool: 'standard',
        amount: '3',
        action: 'voice_call',
        quantity: '60',
        rateCardVersion: 1,
        lots: [{ grantId: 'g1', amount: '3' }],
        state: 'open',
        balance: { settled: '100', held: '3', available: '97' },
        version: 3,
        expiresAt: '2026-03-10T12:15:00.000Z',
        occurredAt: '2026-03-10T12:00:00.000Z',
        recordedAt: '2026-03-10T12:00:00.000Z',
      },
    ]);
    const again = await served.ask('POST', HOLDS, {
      body: { ttlSeconds: 900, action: 'voice_call', quantity: 60 },
      id: 'h1',
    });
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([hold.text, 'true']);
    served.pass(900_000);
    const { pools, version } = (await served.ask('GET', '/accounts/acme/balance')).json;
    expect([pools[0].available, version]).toEqual(['100', 3]);
  });

  it.each([0, 86_401, 1.5, '900', null])('cannot last %j seconds', async (ttlSeconds) => {
    served = await serveAcme();
    const refused = await served.ask('POST', HOLDS, { body: { pool: 'standard', amount: 1, ttlSeconds } });
    expect([refused.status, refused.json.errors[0].pointer]).toEqual([422, '/ttlSeconds']);
  });
});

describe('a capture', () => {
  it('debits the hold, and releases what it does not take', async () => {
    served = await serveAcme();
    await served.ask('POST', HOLDS, { body: { pool: 'standard', amount: 10 }, id: 'h1' });
    const captured = await served.ask('POST', `${HOLDS}/h1/capture`, { body: { amount: '4.5' }, id: 'c1' });
    expect([captured.status, captured.json]).toEqual([
      201,
      {
        id: 'c1',
        accountId: 'acme',
        pool: 'standard',
        amount: '4.5',
        action: null,
        quantity: null,
        rateCardVersion: null,
        lots: [{ grantId: 'g1', amount: '4.5' }],
        balance: { settled: '95.5', held: '0', available: '95.5' },
        version: 4,
        occurredAt: '2026-03-10T12:00:00.000Z',
        recordedAt: '2026-03-10T12:00:00.000Z',
      },
    ]);
    const again = await served.ask('POST', `${HOLDS}/h1/capture`, { body: { amount: 4.5 }, id: 'c1' });
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([captured.text, 'true']);
    const twice = await served.ask('POST', `${HOLDS}/h1/capture`);
    expect([twice.status, twice.json.code, twice.json.resolution]).toEqual([
      409,
      'hold-resolved',
      'captured',
    ]);
    const explained = await served.ask('GET', '/accounts/acme/debits/c1');
    expect([explained.status, explained.json.holdId]).toEqual([200, 'h1']);
    expect((await served.ask('POST', '/accounts/acme/debits/c1/refund')).json.amount).toBe('4.5');
  });

  it('of more than the hold needs to be asked for', async () => {
    served = await serveAcme();
    await served.ask('POST', HOLDS, { body: { action: 'voice_call', quantity: 60 }, id: 'h1' });
    const more = { quantity: 61 };
    const refused = await served.ask('POST', `${HOLDS}/h1/capture`, { body: more });
    expect([refused.status, refused.json.code, refused.json.hold]).toEqual([
      409,
      'capture-exceeds-hold',
      '3',
    ]);
    const captured = await served.ask('POST', `${HOLDS}/h1/capture`, {
      body: { ...more, allowExcess: true },
    });
    expect(captured.json).toMatchObject({
      amount: '6',
      quantity: '61',
      lots: [{ grantId: 'g1', amount: '6' }],
      balance: { settled: '94', held: '0' },
    });
  });

  it('takes an amount or a quantity, and not both', async () => {
    served = await serveAcme();
    await served.ask('POST', HOLDS, { body: { pool: 'standard', amount: 10 }, id: 'h1' });
    const both = await served.ask('POST', `${HOLDS}/h1/capture`, { body: { amount: 1, quantity: 1 } });
    expect([both.status, both.json.errors[0].pointer]).toEqual([422, '/quantity']);
    const quantity = await served.ask('POST', `${HOLDS}/h1/capture`, { body: { quantity: 1 } });
    expect([quantity.status, quantity.json.code]).toEqual([422, 'quantity-needs-action']);
    const truthy = await served.ask('POST', `${HOLDS}/h1/capture`, { body: { allowExcess: 'true' } });
    expect([truthy.status, truthy.json.errors[0].pointer]).toEqual([422, '/allowExcess']);
  });

  it('after the deadline is refused', async () => {
    served = await serveAcme();
    await served.ask('POST', HOLDS, { body: { pool: 'standard', amount: 10, ttlSeconds: 1 }, id: 'h1' });
    served.pass(1000);
    const late = await served.ask('POST', `${HOLDS}/h1/capture`);
    expect([late.status, late.json.code, late.json.expiredAt]).toEqual([
      409,
      'hold-expired',
      '2026-03-10T12:00:01.000Z',
    ]);
  });

  it('whose rest goes back to a lot that has expired counts the expiry in its version', async () => {
    served = await serveAcme();
    const body = { pool: 'email', amount: 10, kind: 'one-time', expiresAt: '2026-03-10T12:01:00Z' };
    await served.ask('POST', '/accounts/acme/grants', { body, id: 'g2' });
    await served.ask('POST', HOLDS, { body: { pool: 'email', amount: 10 }, id: 'h1' });
    served.pass(60_000);
    const captured = await served.ask('POST', `${HOLDS}/h1/capture`, { body: { amount: 4 } });
    expect(captured.json).toMatchObject({ balance: { settled: '0', held: '0', available: '0' }, version: 6 });
    expect((await served.ask('GET', '/accounts/acme')).json.version).toBe(6);
  });
});

describe('a release', () => {
  it('answers with the hold, again and again', async () => {
    served = await serveAcme();
    const { json } = await served.ask('POST', HOLDS, { body: { pool: 'standard', amount: 10 }, id: 'h1' });
    served.pass(1000);
    const released = await served.ask('POST', `${HOLDS}/h1/release`, { id: 'r1' });
    expect([released.status, released.json]).toEqual([
      200,
      {
        ...json,
        state: 'released',
        balance: { settled: '100', held: '0', available: '100' },
        version: 4,
        recordedAt: '2026-03-10T12:00:01.000Z',
      },
    ]);
    const again = await served.ask('POST', `${HOLDS}/h1/release`, { id: 'r1', body: {} });
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([released.text, 'true']);
    const none = await served.ask('POST', `${HOLDS}/nope/release`);
    expect([none.status, none.json.code]).toEqual([404, 'hold-not-found']);
  });
});

it('holds are listed in the order in which they were placed, each with what became of it', async () => {
  served = await serveAcme();
  const { ask } = served;
  for (const id of ['z', 'y', 'x', 'w'])
    await ask('POST', HOLDS, { body: { pool: 'standard', amount: 1, ttlSeconds: id === 'w' ? 1 : 900 }, id });
  await ask('POST', `${HOLDS}/z/capture`);
  await ask('POST', `${HOLDS}/y/release`);
  served.pass(2000);
  const all = (await ask('GET', HOLDS)).json.data as { id: string; state: string }[];
  expect(all.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'z captured',
    'y released',
    'x open',
    'w expired',
  ]);
  for (const id of ['v', 'u']) await ask('POST', HOLDS, { body: { pool: 'standard', amount: 1 }, id });
  const first = (await ask('GET', `${HOLDS}?state=open&limit=2`)).json;
  const second = (await ask('GET', `${HOLDS}?state=open&limit=2&after=${first.next}`)).json;
  expect([...first.data, ...second.data].map(({ id }: { id: string }) => id)).toEqual(['x', 'v', 'u']);
  expect((await ask('GET', `${HOLDS}?state=closed`)).status).toBe(422);
});
