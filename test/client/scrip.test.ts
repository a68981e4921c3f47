import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  type ClientError,
  ConflictError,
  InsufficientCreditsError,
  InvalidRequestError,
  NotFoundError,
} from '../../packages/client/src/index.ts';
import { reply, startStandIn } from '../support/stand-in.ts';
import { createInstantRuntime } from '../support/test-runtime.ts';
import { type ScripServer, startScripServer } from './scrip-server.ts';

let server: ScripServer;
beforeAll(async () => {
  server = await startScripServer();
}, 60_000);
afterAll(async () => server.stop());

it('every route that the server describes is asked, and answers', async () => {
  const asked = new Set<string>();
  const scrip = server.create({
    fetch: async (url, init) => {
      asked.add(`${init.method} ${url.pathname}`);
      return fetch(url, init);
    },
  });
  await scrip.openAccount({ id: 'all', name: 'All', overdraft: { standard: 5n } });
  expect((await scrip.listAccounts({ limit: 1000 })).data.map(({ id }) => id)).toContain('all');
  const all = scrip.account('all');
  expect(await all.read()).toMatchObject({ name: 'All', overdraft: { standard: '5' }, version: 1 });
  expect(await all.change({ name: null, overdraft: { standard: 0 } })).toMatchObject({ name: null });
  const key = await all.addKey({ name: 'production', secret: 'the-key-they-have' });
  expect(key.secret).toBe('the-key-they-have');
  expect((await all.listKeys()).data).toMatchObject([{ id: key.id, name: 'production' }]);
  const startsAt = new Date();
  const granted = await all.grant({
    pool: 'standard',
    amount: '100.5',
    kind: 'recurring',
    every: 'month',
    startsAt,
  });
  expect(granted).toMatchObject({ amount: '100.5', startsAt: startsAt.toISOString() });
  await all.grant({ pool: 'email', amount: 3n, kind: 'one-time' }, { id: 'emails' });
  expect((await all.listGrants()).data).toHaveLength(2);
  expect((await all.listLots()).data.map(({ amount }) => amount)).toEqual(['100.5', '3']);
  expect(await all.voidGrant('emails')).toMatchObject({ grantId: 'emails', amount: '3' });
  const debit = await all.debit({ action: 'voice_call', quantity: 61, metadata: { call: 7 } });
  expect(debit).toMatchObject({ amount: '6', quantity: '61', balance: { available: '94.5' } });
  expect(await all.explainDebit(debit.id)).toMatchObject({ metadata: { call: 7 }, refunded: '0' });
  expect(await all.refund(debit.id, { amount: '1.5' })).toMatchObject({ amount: '1.5', refunded: '1.5' });
  const hold = await all.placeHold({ pool: 'standard', amount: 10, ttlSeconds: 60 });
  const other = await all.placeHold({ action: 'sms', quantity: 4 });
  expect((await all.listHolds({ state: 'open' })).data.map(({ id }) => id)).toEqual([hold.id, other.id]);
  expect(await all.captureHold(hold.id, { amount: 11, allowExcess: true })).toMatchObject({ amount: '11' });
  expect(await all.releaseHold(other.id)).toMatchObject({ state: 'released' });
  expect(
    await scrip.debitMany([
      { accountId: 'all', action: 'sms', quantity: 2 },
      { accountId: 'nobody', action: 'sms', quantity: 2, id: 'mine' },
    ]),
  ).toMatchObject([
    { status: 201, amount: '2' },
    { status: 404, id: 'mine', code: 'account-not-found' },
  ]);
  expect(await all.quote([{ action: 'sms', quantity: 1000 }])).toMatchObject({
    affordable: false,
    pools: [{ pool: 'standard', required: '1000', available: '83', shortfall: '917' }],
  });
  expect(await all.balance()).toMatchObject({
    vendor: 'scrip',
    accountId: 'all',
    pools: [
      { pool: 'standard', unit: null, available: '83', oneTime: '0', recurring: '83' },
      { pool: 'email', available: '0' },
    ],
  });
  expect((await all.balance({ at: new Date() })).pools).toHaveLength(2);
  expect((await all.listEntries({ limit: 2 })).data.map(({ kind }) => kind)).toEqual([
    'account-opened',
    'account-changed',
  ]);
  expect((await all.usage({ by: 'action' })).total).toMatchObject([{ pool: 'standard', amount: '17.5' }]);
  expect(await all.erasePersonalData()).toMatchObject({ accountId: 'all' });
  await all.revokeKey(key.id);
  expect(await all.close()).toMatchObject({ closedAt: expect.any(String) });
  const card = await scrip.rateCard();
  const actions = { ...card.actions, fax: { pool: 'standard', amount: 2 } };
  expect(await scrip.publishRateCard({ actions })).toMatchObject({
    version: 2,
    actions: { fax: { amount: '2' } },
  });
  expect(await scrip.rateCard({ version: 1 })).toEqual(card);
  const reader = await scrip.addOperatorKey({ role: 'read', name: 'dashboard' });
  expect((await scrip.listOperatorKeys()).data.map(({ id }) => id)).toContain(reader.id);
  await scrip.revokeOperatorKey(reader.id);

  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const described = Object.entries(paths)
    .filter(([path]) => path.startsWith('/scrip/v1/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  const isAsked = (route: string) => {
    const [method, path = ''] = route.split(' ');
    const pattern = new RegExp(`^${method} ${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    return [...asked].some((called) => pattern.test(called));
  };
  expect(described.length).toBeGreaterThan(25);
  expect(described.filter((route) => !isAsked(route))).toEqual([]);
});

describe('a refusal', () => {
  it('for too few credits says what is short', async () => {
    const account = await server.openAccount();
    await account.placeHold({ action: 'sms', quantity: 60 });
    const debit = account.debit({ action: 'sms', quantity: 50 });
    await expect(debit).rejects.toBeInstanceOf(InsufficientCreditsError);
    await expect(debit).rejects.toMatchObject({
      status: 402,
      pool: 'standard',
      required: '50',
      available: '40',
      settled: '100',
      held: '60',
      reason: 'holds',
      requestId: expect.stringMatching(/./),
      outcome: 'not-applied',
    });
  });

  it('can be had in a vendor’s own words, to be passed on', async () => {
    const account = await server.openAccount();
    const debit = account.debit({ pool: 'standard', amount: 101 }, { dialect: 'supertone' });
    await expect(debit).rejects.toBeInstanceOf(InsufficientCreditsError);
    const { reply: passedOn } = (await debit.catch((error: unknown) => error as ClientError)) as ClientError;
    expect(JSON.parse(passedOn?.body ?? '')).toEqual({
      status: 'error',
      message: { message: 'Not enough credits', error: 'Payment Required', statusCode: 402 },
    });
    expect(passedOn?.status).toBe(402);
    expect(passedOn?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(Object.keys(passedOn?.headers ?? {})).not.toContain('content-length');
  });

  it.each([
    [
      'an unknown key',
      AuthenticationError,
      'credential-unknown',
      async () => server.create({ key: 'k' }).rateCard(),
    ],
    [
      'an unknown account',
      NotFoundError,
      'account-not-found',
      async () => server.create().account('no').read(),
    ],
    [
      'an id of another account',
      ConflictError,
      'account-exists',
      async () => {
        await server.create().openAccount({ id: 'twice' });
        return server.create().openAccount({ id: 'twice', name: 'another' });
      },
    ],
    [
      'an action that is not known',
      InvalidRequestError,
      'unknown-action',
      async () => (await server.openAccount()).debit({ action: 'x', quantity: 1 }),
    ],
  ])('of %s has a type and a code of its own', async (_what, type, code, call) => {
    const called = call();
    await expect(called).rejects.toBeInstanceOf(type);
    await expect(called).rejects.toMatchObject({ code, service: 'scrip' });
  });

  it('of wrong values lists them', async () => {
    const account = await server.openAccount();
    await expect(account.grant({ pool: 'standard', amount: 'x', kind: 'one-time' })).rejects.toMatchObject({
      code: 'invalid-request',
      issues: [{ at: '/amount' }],
    });
  });

  it('of an id that was used for another command is a conflict', async () => {
    const account = await server.openAccount();
    await account.debit({ action: 'sms', quantity: 1 }, { id: 'd1' });
    const again = account.debit({ action: 'sms', quantity: 2 }, { id: 'd1' });
    await expect(again).rejects.toBeInstanceOf(ConflictError);
    await expect(again).rejects.toMatchObject({ code: 'idempotency-mismatch' });
  });
});

it('a change is not sent after a redirect, not even to the same server', async () => {
  const standIn = await startStandIn(reply(307, '', { location: '/elsewhere' }));
  try {
    const account = server.create({ url: standIn.url }).account('acme');
    await expect(account.debit({ action: 'sms', quantity: 1 })).rejects.toMatchObject({
      name: 'RedirectError',
      outcome: 'not-applied',
    });
    expect(standIn.asked).toHaveLength(1);
  } finally {
    await standIn.close();
  }
});

it('a change without an id of its own is not sent again where it may have happened', async () => {
  const standIn = await startStandIn(reply(502, 'bad gateway'));
  try {
    const scrip = server.create({ url: standIn.url, runtime: createInstantRuntime() });
    const body = { action: 'sms', quantity: 1 };
    const sent = scrip.request({ method: 'POST', path: ['accounts', 'acme', 'debits'], body });
    await expect(sent).rejects.toMatchObject({ outcome: 'unknown', tries: 1 });
    expect(standIn.asked).toHaveLength(1);
  } finally {
    await standIn.close();
  }
});

it('a moment or an id that cannot be sent is an error of this package', async () => {
  const scrip = server.create();
  const invalid = { name: 'ConfigurationError', code: 'instant-invalid' };
  await expect(scrip.account('acme').balance({ at: new Date(Number.NaN) })).rejects.toMatchObject(invalid);
  const unusable = { name: 'ConfigurationError', code: 'id-unusable' };
  await expect(scrip.account('\ud800').balance()).rejects.toMatchObject(unusable);
});

it('a host of which no address can be reached was never asked', async () => {
  const tries = ['ENETUNREACH', 'ETIMEDOUT'].map((code) =>
    Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' }),
  );
  const cause = Object.assign(new AggregateError(tries), { code: 'ENETUNREACH' });
  const fetch = async () => Promise.reject(new TypeError('fetch failed', { cause }));
  const sent = server.create({ fetch, maxRetries: 0 }).account('acme').debit({ action: 'sms', quantity: 1 });
  await expect(sent).rejects.toMatchObject({ code: 'unreachable', outcome: 'not-applied' });
});

it.each([
  ['connect', 'EHOSTUNREACH', 'unreachable', 'not-applied'],
  ['connect', 'ENETUNREACH', 'unreachable', 'not-applied'],
  ['read', 'EHOSTUNREACH', 'connection-broken', 'unknown'],
  ['write', 'ENETUNREACH', 'connection-broken', 'unknown'],
])('a %s that ends with %s is %s, and what was sent is %s', async (syscall, code, told, outcome) => {
  const cause = Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
  const fetch = async () => Promise.reject(new TypeError('fetch failed', { cause }));
  const account = server.create({ fetch, maxRetries: 0 }).account('acme');
  const sent = account.debit({ action: 'sms', quantity: 1 });
  await expect(sent).rejects.toMatchObject({ code: told, outcome });
});
