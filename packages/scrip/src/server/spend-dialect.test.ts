import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import type { Asking, ServedApp } from '../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../test/support/served-app.ts';
import { Fault } from '../ledger/fault.ts';
import { defaultServerSettings } from '../config/settings.ts';
import { spendDialectOf } from './spend-dialect.ts';

let served: ServedApp;
afterEach(() => served.close());

const CHARGE = { pool: 'standard', amount: 101 };

it('an accepted spend is the same in every dialect', async () => {
  served = await serveAcme();
  const body = { pool: 'standard', amount: 1 };
  const plain = await served.ask('POST', '/accounts/acme/debits', { body, id: 'd1' });
  for (const dialect of ['ocean', 'supertone', 'voicepartner', 'voxpria']) {
    const reply = await served.ask('POST', `/accounts/acme/debits?dialect=${dialect}`, { body, id: 'd1' });
    expect([reply.status, reply.text]).toEqual([201, plain.text]);
  }
});

it('every refusal of a spend is put into the words of the vendor', async () => {
  let isBroken = false;
  const fault = new Fault('x', { code: 'store-failed', retryable: true, outcome: 'unknown' });
  served = await serveAcme({
    wrap: (ledger) => ({
      ...ledger,
      change: (input) => (isBroken ? Promise.reject(fault) : ledger.change(input)),
    }),
  });
  const cases: [string, string, Asking, number][] = [
    ['debits', 'acme', { body: CHARGE }, 402],
    ['holds', 'acme', { body: CHARGE }, 402],
    ['debits', 'nobody', { body: CHARGE }, 404],
    ['debits', 'acme', { body: {} }, 422],
    ['debits', 'acme', { text: '{' }, 400],
    ['debits', 'acme', { text: `"${'x'.repeat(70_000)}"` }, 413],
    ['debits', 'acme', { text: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    ['debits', 'acme', { body: CHARGE, headers: { 'content-encoding': 'gzip' } }, 415],
    ['debits', 'acme', { body: CHARGE, key: null }, 401],
    ['debits', 'acme', { body: CHARGE, key: 'nobody' }, 401],
    ['debits', 'acme', { body: CHARGE, id: '' }, 422],
  ];
  const shapes = {
    ocean: (json: Record<string, unknown>) => Object.keys(json).join() === 'detail',
    supertone: (json: Record<string, unknown>) => json.status === 'error' && typeof json.message === 'object',
    voicepartner: (json: Record<string, unknown>) => json.success === false && 'code' in json,
    voxpria: (json: Record<string, unknown>) => json.success === false && typeof json.error === 'object',
  };
  const askIn = async (dialect: string, [path, account, asking]: (typeof cases)[number]) => {
    const url = `/scrip/v1/accounts/${account}/${path}?dialect=${dialect}`;
    const key = asking.key === undefined ? served.adminKey : asking.key;
    return served.app.inject({
      method: 'POST',
      url,
      payload: asking.text ?? JSON.stringify(asking.body),
      headers: {
        'content-type': 'application/json',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(asking.id === undefined ? {} : { 'idempotency-key': asking.id }),
        ...asking.headers,
      },
    });
  };
  for (const [dialect, isItsShape] of Object.entries(shapes))
    for (const one of cases) {
      const reply = await askIn(dialect, one);
      expect(reply.statusCode, reply.body).toBeGreaterThanOrEqual(400);
      expect(reply.statusCode, reply.body).toBeLessThan(500);
      // Ocean.io's 404 has no body.
      if (reply.body !== '') expect(isItsShape(reply.json()), `${dialect} ${reply.body}`).toBe(true);
      expect(reply.headers['content-type'] ?? '').not.toContain('problem');
      expect(reply.body).not.toContain('/problems/');
    }
  isBroken = true;
  for (const [dialect, isItsShape] of Object.entries(shapes)) {
    const reply = await askIn(dialect, ['debits', 'acme', { body: CHARGE }, 503]);
    expect(reply.statusCode).toBeGreaterThanOrEqual(500);
    expect(isItsShape(reply.json())).toBe(true);
  }
});

it('a refusal for want of credits tells the balance from the holds, in Ocean.io’s words', async () => {
  served = await serveAcme();
  const detail = async (body: object) => {
    const reply = await served.ask('POST', '/accounts/acme/debits?dialect=ocean', { body });
    return [reply.status, reply.json.detail];
  };
  expect(await detail({ action: 'email_verification', quantity: 1 })).toEqual([
    402,
    'Insufficient email credits',
  ]);
  await served.ask('POST', '/accounts/acme/grants', { body: { pool: 'email', amount: 1, kind: 'one-time' } });
  await served.ask('POST', '/accounts/acme/holds', { body: { action: 'email_verification', quantity: 1 } });
  expect(await detail({ action: 'email_verification', quantity: 1 })).toEqual([
    402,
    'Some email verifications are already in progress and might use all your remaining email credits. Please try again later.',
  ]);
});

it.each(['?dialect=twilio', '?dialect=', '?dialect=ocean&dialect=ocean', '?dialect=Ocean'])(
  'a dialect that is none is refused before the key is looked at: %s',
  async (query) => {
    served = await serveAcme();
    for (const path of ['debits', 'holds']) {
      const { status, json } = await served.ask('POST', `/accounts/acme/${path}${query}`, {
        key: null,
        body: CHARGE,
      });
      expect([status, json.code, json.errors[0].pointer]).toEqual([422, 'invalid-request', '?dialect']);
    }
  },
);

it.each(['a/b', 'a?b', 'a~b', 'a~1b', ''])(
  'a member called %j is named as it is in Ocean.io’s words',
  async (name) => {
    served = await serveAcme();
    const body = { ...CHARGE, [name]: 1 };
    const { status, json } = await served.ask('POST', '/accounts/acme/debits?dialect=ocean', { body });
    expect([status, json.detail[0].loc]).toEqual([422, ['body', name]]);
  },
);

it('a spend in Voice Partner’s dialect is refused in the format that it asks for', async () => {
  served = await serveAcme();
  const spend = async (query: string, amount = 1) =>
    served.ask('POST', `/accounts/acme/debits?${query}`, { body: { pool: 'standard', amount } });
  const inXml = await spend('dialect=voicepartner&_format=xml', 101);
  expect([inXml.status, inXml.headers['content-type']]).toEqual([402, 'application/xml; charset=utf-8']);
  expect((await spend('dialect=voicepartner&_format=json', 101)).json).toMatchObject({ code: 11 });
  expect((await spend('dialect=voicepartner&_format=xml')).status).toBe(201);
  expect((await spend('dialect=voicepartner&_format=yaml')).json).toMatchObject({
    code: 9,
    errors: [{ message: 'Le format doit être json ou xml' }],
  });
  expect((await spend('dialect=voxpria&_format=xml')).json).toMatchObject({ success: false });
  const alone = await spend('_format=xml');
  expect([alone.status, alone.json.errors[0].pointer]).toEqual([422, '?_format']);
});

it('a spend in Ocean.io’s dialect counts on the account’s day, and no other does', async () => {
  served = await serveAcme({ settings: { ...defaultServerSettings, oceanDailyLimit: 2 } });
  const spend = async (path: string, query = '?dialect=ocean') =>
    served.app.inject({
      method: 'POST',
      url: `/scrip/v1/accounts/acme/${path}${query}`,
      headers: { authorization: `Bearer ${served.adminKey}` },
      payload: { pool: 'standard', amount: 1 },
    });
  expect((await spend('debits', '')).statusCode).toBe(201);
  expect((await spend('debits', '?dialect=voxpria')).statusCode).toBe(201);
  expect((await spend('debits')).statusCode).toBe(201);
  expect((await spend('holds')).statusCode).toBe(201);
  const limited = await spend('debits');
  expect([limited.statusCode, limited.headers['retry-after']]).toEqual([429, '43200']);
  expect(Object.keys(limited.json<object>())).toEqual(['detail']);
  served.pass(12 * 3_600_000);
  expect((await spend('debits')).statusCode).toBe(201);
});

it.each(['debits', 'holds'])('%s that were made are told again when the day is used up', async (kind) => {
  served = await serveAcme({ settings: { ...defaultServerSettings, oceanDailyLimit: 1 } });
  const spend = (id: string) =>
    served.ask('POST', `/accounts/acme/${kind}?dialect=ocean`, { body: { pool: 'standard', amount: 1 }, id });
  const first = await spend('s1');
  expect(first.status).toBe(201);
  const again = await spend('s1');
  expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([201, first.text, 'true']);
  expect((await spend('s2')).status).toBe(429);
});

it('a list of holds speaks no dialect', async () => {
  served = await serveAcme();
  const { status, json } = await served.ask('GET', '/accounts/acme/holds?dialect=ocean');
  expect([status, json.code]).toEqual([422, 'invalid-request']);
});

it.each([
  ['ocean', '/accounts/%ZZ/debits?dialect=ocean', { detail: 'Bad URL' }],
  ['voxpria', `/accounts/${'a'.repeat(3000)}/holds?x=1&dialect=voxpria`, { success: false }],
])('a spend that never comes to its route is told in the words of %s too', async (_name, path, body) => {
  served = await serveAcme();
  expect((await served.ask('POST', path, { body: CHARGE })).json).toMatchObject(body);
});

it.each([
  ['http://x/scrip/v1/accounts/%zz/debits?dialect=ocean', 'ocean'],
  ['/scrip/v1/accounts/a/holds?x=1&dialect=voxpria', 'voxpria'],
  ['HTTPS://x:1/scrip/v1/accounts/a/holds?dialect=supertone', 'supertone'],
  ['http://x/scrip/v1/accounts/a/debits', null],
  ['http://x/scrip/v1/accounts/a/grants?dialect=ocean', null],
  ['http://x/?to=/scrip/v1/accounts/a/debits?dialect=ocean', null],
  ['/scrip/v1/accounts/a/debits?dialect=ocean&dialect=ocean', null],
])('the dialect of a spend at %s is %s', (url, dialect) => {
  expect(spendDialectOf({ method: 'POST', url })).toBe(dialect);
  expect(spendDialectOf({ method: 'GET', url })).toBeNull();
});

it('a spend at an absolute address that cannot be decoded is told in the vendor’s words', async () => {
  served = await serveAcme();
  await served.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = served.app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1', () =>
    socket.write(
      'POST http://x/scrip/v1/accounts/%zz/debits?dialect=ocean HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    ),
  );
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*\{"detail":"Bad URL"\}$/s);
});

it('a limit that is reached is told in the headers that are becoming the standard', async () => {
  served = await serveAcme({ settings: { ...defaultServerSettings, oceanDailyLimit: 1 } });
  const ask = () =>
    served.ask('POST', '/accounts/acme/debits?dialect=ocean', { body: { pool: 'standard', amount: 1 } });
  expect((await ask()).status).toBe(201);
  const { status, headers } = await ask();
  expect(status).toBe(429);
  expect(headers['ratelimit-policy']).toBe('"ocean-day";q=1;w=86400');
  expect(headers['ratelimit']).toBe(`"ocean-day";r=0;t=${String(headers['retry-after'])}`);
});
