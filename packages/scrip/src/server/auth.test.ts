import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServedApp } from '../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../test/support/served-app.ts';

let served: ServedApp;
let keys: { admin: string; spend: string; read: string; acme: string; other: string };

beforeEach(async () => {
  served = await serveAcme();
  const { ask, adminKey: admin } = served;
  await ask('POST', '/accounts', { body: { id: 'other' } });
  const secretOf = async (path: string, body: object) =>
    (await ask('POST', path, { body })).json.secret as string;
  keys = {
    admin,
    spend: await secretOf('/operator-keys', { role: 'spend' }),
    read: await secretOf('/operator-keys', { role: 'read' }),
    acme: await secretOf('/accounts/acme/keys', {}),
    other: await secretOf('/accounts/other/keys', {}),
  };
});
afterEach(() => served.close());

const READ = ['balance', 'lots', 'entries', 'usage'].map((path) => `GET /accounts/acme/${path}`);
const OPERATORS_READ = [
  'POST /accounts/acme/quotes',
  'GET /accounts',
  'GET /accounts/acme',
  'GET /accounts/acme/grants',
  'GET /accounts/acme/keys',
  'GET /accounts/acme/holds',
  'GET /accounts/acme/debits/x',
  'GET /rate-card',
  'GET /rate-card/1',
  'GET /operator-keys',
];
const SPEND = [
  'POST /accounts/acme/debits',
  'POST /accounts/acme/debits/x/refund',
  'POST /accounts/acme/holds',
  'POST /accounts/acme/holds/x/capture',
  'POST /accounts/acme/holds/x/release',
  'POST /debits',
];
const ADMIN = [
  'POST /accounts',
  'PATCH /accounts/acme',
  'POST /accounts/acme/close',
  'POST /accounts/acme/keys',
  'DELETE /accounts/acme/keys/x',
  'DELETE /accounts/acme/personal-data',
  'POST /accounts/acme/grants',
  'POST /accounts/acme/grants/x/void',
  'PUT /rate-card',
  'POST /operator-keys',
  'DELETE /operator-keys/x',
];

/** Asks with a body that no route takes, so that whoever is let in changes nothing. */
async function askAs(key: string | null, route: string) {
  const [method = '', path = ''] = route.split(' ');
  return served.ask(method, path, { key, ...(method === 'GET' ? {} : { body: { unknown: true } }) });
}

describe('every route', () => {
  it('of Scrip’s own API is in the lists of this test', async () => {
    const listed = [...READ, ...OPERATORS_READ, ...SPEND, ...ADMIN].map((route) =>
      route
        .replaceAll('/acme', '/{}')
        .replaceAll(/\/[x1](?=\/|$)/g, '/{}')
        .replace(' ', ' /scrip/v1'),
    );
    const { json } = await served.ask('GET', '/openapi.json');
    const documented = Object.entries(json.paths as Record<string, object>)
      .filter(([path]) => path.startsWith('/scrip/v1/'))
      .flatMap(([path, operations]) =>
        Object.keys(operations).map(
          (method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`,
        ),
      );
    expect(listed.toSorted()).toEqual(documented.toSorted());
  });

  it('lets in the operator’s keys by their roles, and refuses all others before it reads a body', async () => {
    const isIn = async (key: string | null, route: string) => {
      const { status, json } = await askAs(key, route);
      return status !== 401 && !(status === 403 && json.code === 'forbidden');
    };
    for (const route of [...READ, ...OPERATORS_READ, ...SPEND, ...ADMIN]) {
      const needed = SPEND.includes(route) ? 1 : ADMIN.includes(route) ? 2 : 0;
      for (const [rank, key] of [keys.read, keys.spend, keys.admin].entries())
        expect([route, rank, await isIn(key, route)]).toEqual([route, rank, rank >= needed]);
      expect((await askAs(null, route)).json.code).toBe('credential-missing');
      expect((await askAs('nonsense', route)).json.code).toBe('credential-unknown');
    }
    expect((await served.ask('GET', '/accounts/acme')).json.version).toBe(3);
  });

  it('lets an account’s key read its own account, and hides all others', async () => {
    for (const route of READ) {
      expect((await askAs(keys.acme, route)).status).toBe(200);
      const foreign = await askAs(keys.other, route);
      expect([foreign.status, foreign.json.code]).toEqual([404, 'account-not-found']);
      const absent = await askAs(keys.other, route.replace('acme', 'absent'));
      expect(absent.text).toBe(foreign.text);
    }
    for (const route of [...OPERATORS_READ, ...SPEND, ...ADMIN]) {
      const own = await askAs(keys.acme, route);
      expect([route, own.status, own.json.code]).toEqual([route, 403, 'forbidden']);
      if (!route.includes('acme')) continue;
      const foreign = await askAs(keys.other, route);
      expect([route, foreign.status, foreign.json.code]).toEqual([route, 404, 'account-not-found']);
    }
  });
});

describe('a key', () => {
  it('of a closed account is refused', async () => {
    await served.ask('POST', '/accounts/acme/close');
    const refused = await askAs(keys.acme, 'GET /accounts/acme');
    expect([refused.status, refused.json.code, refused.headers['www-authenticate']]).toEqual([
      401,
      'credential-unknown',
      'Bearer',
    ]);
  });

  it.each(['', 'Basic abc', 'Bearer', 'Bearer ', 'Bearer a b', 'Token x'])(
    'sent as %j is none',
    async (text) => {
      const { status, json } = await served.ask('GET', '/accounts', {
        key: null,
        headers: { authorization: text },
      });
      expect([status, json.code]).toEqual([401, 'credential-missing']);
    },
  );

  it('is read whatever the case of its scheme', async () => {
    const headers = { authorization: `bearer  ${keys.read}` };
    expect((await served.ask('GET', '/accounts', { key: null, headers })).status).toBe(200);
  });

  it('sent twice is refused, even when both are the same', async () => {
    await served.app.listen({ host: '127.0.0.1', port: 0 });
    const reply = await sendRaw([
      'Authorization',
      `Bearer ${keys.admin}`,
      'authorization',
      `Bearer ${keys.admin}`,
    ]);
    expect(reply).toMatchObject({ status: 401, code: 'credential-repeated' });
    expect((await sendRaw(['Authorization', `Bearer ${keys.admin}`])).status).toBe(200);
  });
});

it('an Idempotency-Key sent twice is refused', async () => {
  await served.app.listen({ host: '127.0.0.1', port: 0 });
  const headers = ['authorization', `Bearer ${keys.admin}`, 'Idempotency-Key', 'a', 'idempotency-key', 'a'];
  const reply = await sendRaw(headers, { method: 'POST', path: '/scrip/v1/accounts/acme/close' });
  expect(reply).toMatchObject({ status: 422, code: 'idempotency-key-invalid' });
});

function sendRaw(headers: string[], { method = 'GET', path = '/scrip/v1/accounts' } = {}) {
  const { port } = served.app.server.address() as AddressInfo;
  return new Promise<{ status: number | undefined; code: string }>((resolve, reject) => {
    const raw = ['Host', '127.0.0.1', 'Connection', 'close', ...headers];
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: raw }, (reply) => {
      let text = '';
      reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
      reply.on('end', () =>
        resolve({ status: reply.statusCode, code: (JSON.parse(text) as { code: string }).code }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

it('an operator’s key without a role opens nothing, and is no reader’s', async () => {
  let isDamaged = false;
  const damaged = await serveAcme({
    wrap: (ledger) => ({
      ...ledger,
      account: async (accountId) => {
        const account = await ledger.account(accountId);
        if (account === null || !isDamaged) return account;
        return { ...account, keys: account.keys.map((key) => ({ ...key, role: null })) };
      },
    }),
  });
  isDamaged = true;
  const { status, json } = await damaged.ask('GET', '/accounts');
  expect([status, json.code]).toEqual([500, 'internal']);
  await damaged.close();
});

it('keys are told apart in the same way where accounts have to be fetched', async () => {
  const fetching = await serveAcme({
    wrap: (ledger) => ({
      ...ledger,
      account: async (accountId) => ledger.account(accountId),
      keyOwner: async (digest) => ledger.keyOwner(digest),
    }),
  });
  try {
    const { ask } = fetching;
    await ask('POST', '/accounts', { body: { id: 'other' } });
    const key = (await ask('POST', '/accounts/acme/keys', { body: {} })).json.secret as string;
    const asked = [
      ['/accounts/acme/balance', key],
      ['/accounts/other/balance', key],
      ['/accounts/acme', key],
      ['/accounts/acme/balance', 'nobody'],
      ['/accounts/acme/balance', null],
    ] as const;
    const replies = await Promise.all(asked.map(([path, key]) => ask('GET', path, { key })));
    expect(replies.map(({ status }) => status)).toEqual([200, 404, 403, 401, 401]);
  } finally {
    await fetching.close();
  }
});
