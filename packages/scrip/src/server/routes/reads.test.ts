import { afterEach, describe, expect, it } from 'vitest';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../../test/support/served-app.ts';

let served: ServedApp;
afterEach(() => served.close());

const GRANTS = '/accounts/acme/grants';

describe('a balance', () => {
  it('shows each pool in the catalog’s order, with what comes and goes next', async () => {
    served = await serveAcme();
    const { ask } = served;
    const recurring = { pool: 'standard', amount: 20, kind: 'recurring', every: 'day' };
    await ask('POST', GRANTS, { body: { pool: 'eur', amount: '1.5', kind: 'one-time' } });
    await ask('POST', GRANTS, { body: recurring });
    await ask('POST', '/accounts/acme/holds', { body: { pool: 'standard', amount: 5 } });
    expect((await ask('GET', '/accounts/acme/balance')).json).toEqual({
      accountId: 'acme',
      asOf: '2026-03-10T12:00:00.000Z',
      version: 5,
      source: 'ledger',
      pools: [
        {
          pool: 'standard',
          settled: '120',
          held: '5',
          available: '115',
          oneTime: '100',
          recurring: '15',
          nextExpiry: { at: '2026-03-11T12:00:00.000Z', amount: '15' },
          nextGrant: { at: '2026-03-11T12:00:00.000Z', amount: '20' },
        },
        {
          pool: 'eur',
          settled: '1.5',
          held: '0',
          available: '1.5',
          oneTime: '1.5',
          recurring: '0',
          nextExpiry: null,
          nextGrant: null,
        },
      ],
    });
  });

  it('at an earlier time is the one recorded then', async () => {
    served = await serveAcme();
    const { ask } = served;
    served.pass(60_000);
    await ask('POST', '/accounts/acme/debits', { body: { pool: 'standard', amount: 40 } });
    const at = async (text: string) => ask('GET', `/accounts/acme/balance?at=${encodeURIComponent(text)}`);
    const earlier = (await at('2026-03-10T13:00:59.999+01:00')).json;
    expect([earlier.asOf, earlier.version, earlier.pools[0].settled]).toEqual([
      '2026-03-10T12:00:59.999Z',
      2,
      '100',
    ]);
    // A plus that is not encoded is a space.
    const plain = await ask('GET', '/accounts/acme/balance?at=2026-03-10T13:00:59.999+01:00');
    expect(plain.json).toEqual(earlier);
    expect((await at('2026-03-10T12:01:00Z')).json).toMatchObject({ version: 3, pools: [{ settled: '60' }] });
    expect((await at('2026-03-10T11:59:59Z')).json.code).toBe('account-not-found');
    for (const wrong of ['2026-03-10T12:01:01Z', 'yesterday', '2026-03-10', '1999-12-31T23:59:59Z'])
      expect((await at(wrong)).json.errors[0].pointer).toBe('?at');
  });

  it('counts what time has done, and only the entries that are stored', async () => {
    served = await serveAcme();
    const body = { pool: 'standard', amount: 7, kind: 'one-time', expiresAt: '2026-03-10T12:01:00Z' };
    await served.ask('POST', GRANTS, { body });
    served.pass(60_000);
    const { json } = await served.ask('GET', '/accounts/acme/balance');
    expect([json.pools[0].settled, json.version]).toEqual(['100', 3]);
    expect((await served.ask('GET', '/accounts/acme')).json.version).toBe(3);
  });
});

it('a list of lots goes on behind an overdraft that ends a page', async () => {
  served = await serveAcme();
  const { ask } = served;
  await ask('POST', GRANTS, { body: { pool: 'email', amount: 1, kind: 'one-time' }, id: 'mail' });
  await ask('PATCH', '/accounts/acme', { body: { overdraft: { standard: 3 } } });
  const ids = ({ data }: { data: { grantId: string }[] }) => data.map(({ grantId }) => grantId);
  const first = (await ask('GET', '/accounts/acme/lots?limit=2')).json;
  const second = (await ask('GET', `/accounts/acme/lots?limit=2&after=${first.next}`)).json;
  expect([ids(first), ids(second), second.next]).toEqual([['g1', 'overdraft'], ['mail'], null]);
});

it('lots are listed in burn-down order, page by page', async () => {
  served = await serveAcme();
  const { ask } = served;
  const base = { pool: 'standard', amount: 1, kind: 'one-time' };
  await ask('POST', GRANTS, { body: { ...base, pool: 'email' }, id: 'mail' });
  await ask('POST', GRANTS, { body: { ...base, expiresAt: '2026-05-01T00:00:00Z' }, id: 'may' });
  await ask('POST', GRANTS, { body: { ...base, expiresAt: '2026-04-01T00:00:00Z' }, id: 'april "x"' });
  await ask('POST', GRANTS, { body: { ...base, priority: -1 }, id: 'first' });
  await ask('PATCH', '/accounts/acme', { body: { overdraft: { standard: 3 } } });
  const ids: string[] = [];
  let path = '/accounts/acme/lots?limit=2';
  for (let page = 0; page < 4; page += 1) {
    const { json } = await ask('GET', path);
    ids.push(...json.data.map(({ grantId }: { grantId: string }) => grantId));
    if (json.next === null) break;
    path = `/accounts/acme/lots?limit=2&after=${json.next}`;
  }
  expect(ids).toEqual(['first', 'april "x"', 'may', 'g1', 'overdraft', 'mail']);
  const { data } = (await ask('GET', '/accounts/acme/lots?limit=1')).json;
  expect(data).toEqual([
    {
      pool: 'standard',
      grantId: 'first',
      lot: 6,
      kind: 'one-time',
      amount: '1',
      held: '0',
      available: '1',
      priority: -1,
      grantedAt: '2026-03-10T12:00:00.000Z',
      expiresAt: null,
    },
  ]);
});

describe('entries', () => {
  it('tell every kind of change, without digests of keys', async () => {
    served = await serveAcme();
    const { ask } = served;
    await ask('POST', '/accounts/acme/keys', { body: { name: 'web' }, id: 'k1' });
    const [key] = (await ask('GET', '/accounts/acme/keys')).json.data;
    await ask('DELETE', `/accounts/acme/keys/${key.id}`);
    await ask('PATCH', '/accounts/acme', { body: { name: 'Acme', overdraft: { standard: 1 } } });
    await ask('POST', GRANTS, {
      body: { pool: 'eur', amount: 1, kind: 'recurring', every: 'day', rollover: { max: '0.5' } },
      id: 'g2',
    });
    await ask('POST', '/accounts/acme/debits', {
      body: { action: 'sms', quantity: 1, metadata: { a: 1 } },
      id: 'd1',
    });
    await ask('POST', '/accounts/acme/debits/d1/refund', { id: 'r1' });
    for (const id of ['h1', 'h2', 'h3'])
      await ask('POST', '/accounts/acme/holds', { body: { pool: 'standard', amount: 2 }, id });
    await ask('POST', '/accounts/acme/holds/h1/capture', { body: { amount: 1 }, id: 'c1' });
    await ask('POST', '/accounts/acme/holds/h2/release', { id: 'l1' });
    served.pass(86_400_000);
    await ask('POST', '/accounts/acme/grants/g1/void', { id: 'v1' });
    await ask('POST', GRANTS, {
      body: { pool: 'email', amount: 1, kind: 'one-time', expiresAt: '2026-03-12T00:00:00Z' },
    });
    served.pass(86_400_000);
    await ask('POST', '/accounts/acme/close');
    const { data } = (await ask('GET', '/accounts/acme/entries')).json;
    expect(data.map(({ kind }: { kind: string }) => kind)).toEqual([
      'account-opened',
      'credits-granted',
      'key-added',
      'key-revoked',
      'account-changed',
      'credits-granted',
      'credits-debited',
      'debit-refunded',
      'hold-placed',
      'hold-placed',
      'hold-placed',
      'hold-captured',
      'hold-released',
      'hold-expired',
      'period-started',
      'grant-voided',
      'credits-granted',
      'lot-expired',
      'period-started',
      'account-closed',
    ]);
    expect(data.map(({ version }: { version: number }) => version)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect(data[6]).toMatchObject({ id: 'd1', amount: '1', metadata: { a: 1 }, balance: { settled: '100' } });
    expect(JSON.stringify(data)).not.toMatch(/digest|fingerprint|salt/);
  });

  it('are listed page by page', async () => {
    served = await serveAcme();
    const first = (await served.ask('GET', '/accounts/acme/entries?limit=1')).json;
    const second = (await served.ask('GET', `/accounts/acme/entries?limit=1&after=${first.next}`)).json;
    expect([first.data[0].version, second.data[0].version, second.next]).toEqual([1, 2, null]);
  });
});

describe('a list', () => {
  it.each([
    '?limit=0',
    '?limit=1001',
    '?limit=x',
    '?limit=1&limit=2',
    '?after=x',
    '?after=',
    '?page=2',
    '?after=MQ==',
    '?after=YWJj',
  ])('with %s is refused', async (query) => {
    served = await serveAcme();
    for (const path of ['/accounts/acme/entries', '/accounts/acme/lots', GRANTS, '/accounts/acme/holds']) {
      const { status, json } = await served.ask('GET', `${path}${query}`);
      expect([status, json.errors[0].pointer[0]]).toEqual([422, '?']);
    }
  });

  it('refuses a cursor of another list', async () => {
    served = await serveAcme();
    const { next } = (await served.ask('GET', '/accounts/acme/entries?limit=1')).json;
    for (const list of [
      '/accounts',
      GRANTS,
      '/accounts/acme/holds',
      '/accounts/acme/keys',
      '/accounts/acme/lots',
    ]) {
      const { status, json } = await served.ask('GET', `${list}?after=${next}`);
      expect([status, json.errors[0].pointer], list).toEqual([422, '?after']);
    }
  });

  it('of lots refuses a cursor that only looks like one', async () => {
    served = await serveAcme();
    const after = Buffer.from('lots ["standard",1,0,null,"one-time",1,"a"b"]').toString('base64url');
    expect((await served.ask('GET', `/accounts/acme/lots?after=${after}`)).status).toBe(422);
  });
});

describe('a quote', () => {
  it('prices as a debit would, and writes nothing', async () => {
    served = await serveAcme();
    const lines = [
      { action: 'voice_call', quantity: 61 },
      { action: 'email_verification', quantity: '2' },
      { action: 'search', quantity: 0.5 },
    ];
    const { status, json } = await served.ask('POST', '/accounts/acme/quotes', { body: { lines } });
    expect(status).toBe(200);
    expect(json).toEqual({
      affordable: false,
      pools: [
        { pool: 'standard', required: '6.1', available: '100', shortfall: '0' },
        { pool: 'email', required: '2', available: '0', shortfall: '2' },
      ],
      lines: [
        { action: 'voice_call', quantity: '61', pool: 'standard', amount: '6', rateCardVersion: 1 },
        { action: 'email_verification', quantity: '2', pool: 'email', amount: '2', rateCardVersion: 1 },
        { action: 'search', quantity: '0.5', pool: 'standard', amount: '0.1', rateCardVersion: 1 },
      ],
    });
    expect((await served.ask('GET', '/accounts/acme')).json.version).toBe(2);
  });

  it('says which line cannot be priced', async () => {
    served = await serveAcme();
    const lines = [
      { action: 'sms', quantity: 1 },
      { action: 'fax', quantity: 1 },
    ];
    const { status, json } = await served.ask('POST', '/accounts/acme/quotes', { body: { lines } });
    expect([status, json.code, json.errors[0].pointer]).toEqual([422, 'unknown-action', '/lines/1']);
  });
});
