import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fault } from '../ledger/fault.ts';
import type { ServedApp } from '../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../test/support/served-app.ts';

const CANARY = 'canary-5f2b9e0c7d';

let served: ServedApp;
let logged: string;
beforeEach(async () => {
  logged = '';
  const write = (line: string) => (logged += line);
  served = await serveAcme({ log: pino({ level: 'trace' }, { write }) });
});
afterEach(() => served.close());

/** Sends bytes as they are, and resolves with all that comes back. */
function sendBytes(text: string): Promise<string> {
  const { port } = served.app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (reply += chunk.toString()));
    socket.on('close', () => resolve(reply));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(reply) : reject(error),
    );
  });
}

it('a key is in no log line and no reply, wherever it stands and whatever is wrong', async () => {
  const replies: string[] = [];
  const { paths } = (await served.ask('GET', '/openapi.json')).json;
  for (const [path, operations] of Object.entries(paths as Record<string, object>))
    for (const method of Object.keys(operations)) {
      const at = path.replace('{accountId}', 'acme').replaceAll(/\{\w+\}/g, CANARY);
      const headers = { 'x-sup-api-key': CANARY, 'x-api-token': CANARY, 'x-request-id': CANARY };
      for (const url of [
        at,
        `${at}?apiKey=${CANARY}&dialect=${CANARY}`,
        `${at}/${CANARY}`,
        `${at}/%${CANARY}`,
      ])
        for (const key of [CANARY, served.adminKey]) {
          const body = method === 'get' ? {} : { body: { [CANARY.replace('-', '')]: 1 } };
          const reply = await served.app.inject({
            method: method.toUpperCase() as 'GET',
            url,
            headers: { ...headers, authorization: `Bearer ${key}` },
            ...(method === 'get' ? {} : { payload: body.body ?? {} }),
          });
          expect(reply.statusCode, `${method} ${url}`).toBeLessThan(500);
          replies.push(JSON.stringify(reply.headers), reply.body);
        }
    }
  expect(logged.split('\n').length).toBeGreaterThan(200);
  expect(logged).not.toContain(CANARY);
  expect(logged).not.toContain(served.adminKey);
  expect(replies.join('\n')).not.toContain(CANARY);
  expect((await served.ask('GET', '/metrics')).text).not.toContain(CANARY);
});

it('an address that is too long, or not one at all, is answered without repeating it', async () => {
  await served.app.listen({ host: '127.0.0.1', port: 0 });
  const long = `${CANARY}${'x'.repeat(20_000)}`;
  const asked = [
    [`GET /scrip/v1/accounts/${long} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, 'problem+json'],
    [`GET /v1/me/${long} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, '"success":false'],
    [`GET /v2/credits/balance?apiToken=${long} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, '"detail"'],
    [`GET /scrip/v1/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: ${long}\r\n\r\n`, 431, 'problem+json'],
    [`GET /v1/credits HTTP/1.1\r\nHost: a\r\nX-Sup-Api-Key: ${long}\r\n\r\n`, 431, '"status":"error"'],
    [`GET /scrip/v1/ ${CANARY} HTTP/1.1\r\nHost: a\r\n\r\n`, 400, 'problem+json'],
    [`GET /v1/me/${CANARY}\u0001 HTTP/1.1\r\nHost: a\r\n\r\n`, 400, '"success":false'],
    [`${CANARY}\r\n\r\n`, 400, 'problem+json'],
    [
      `GET /v1/me/${'x'.repeat(900)}${CANARY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      401,
      '"success":false',
    ],
    [
      `GET /scrip/v1/accounts/${'x'.repeat(900)}${CANARY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      414,
      'problem+json',
    ],
    [`GET /%zz${CANARY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 400, 'problem+json'],
    [`GET /v1/me/%zz${CANARY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 400, '"success":false'],
    [`BREW /${CANARY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 400, 'problem+json'],
    [`PURGE /v1/me/${CANARY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 405, '"success":false'],
  ] as const;
  for (const [text, status, content] of asked) {
    const reply = await sendBytes(text);
    expect(reply.split('\r\n')[0], text.slice(0, 40)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(reply).toContain(content);
    expect(reply).not.toContain(CANARY);
  }
  expect(logged).not.toContain(CANARY);
});

it('a bug is logged under the id of the reply, and tells the caller nothing', async () => {
  const broken = await serveAcme({
    log: pino({ level: 'info' }, { write: (line: string) => (logged += line) }),
    wrap: (ledger) => ({ ...ledger, entries: () => Promise.reject(new Error('index out of cheese')) }),
  });
  const reply = await broken.ask('GET', '/accounts/acme/entries');
  expect([reply.status, reply.json.code]).toEqual([500, 'internal']);
  expect(reply.text).not.toContain('cheese');
  const line = logged.split('\n').find((one) => one.includes('cheese')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    requestId: reply.headers['x-request-id'],
    route: '/scrip/v1/accounts/:accountId/entries',
  });
  await broken.close();
});

it('a fault is logged with its reason, which the caller is not told', async () => {
  const cause = new Error('stores/limits.db: disk I/O error', { cause: new Error('EIO') });
  const fault = new Fault('limits.db cannot be written', {
    code: 'store-failed',
    retryable: true,
    outcome: 'not-applied',
    cause,
  });
  const broken = await serveAcme({
    log: pino({ level: 'info' }, { write: (line: string) => (logged += line) }),
    wrap: (ledger) => ({ ...ledger, entries: () => Promise.reject(fault) }),
  });
  const reply = await broken.ask('GET', '/accounts/acme/entries');
  expect([reply.status, reply.json.code]).toEqual([503, 'store-failed']);
  expect(reply.text).not.toContain('limits.db');
  const [line = '{}', ...others] = logged.split('\n').filter((one) => one.includes('limits.db'));
  expect(JSON.parse(line)).toMatchObject({
    msg: 'request failed',
    status: 503,
    why: 'limits.db cannot be written: stores/limits.db: disk I/O error: EIO',
  });
  expect(others).toEqual([]);
  await broken.close();
});

it('that it is not ready is logged when that begins, and not at each probe', async () => {
  let reason: string | null = 'the disk is full';
  const broken = await serveAcme({
    log: pino({ level: 'info' }, { write: (line: string) => (logged += line) }),
    wrap: (ledger) => ({
      ...ledger,
      health: () => ({ ...ledger.health(), writable: reason === null, reason }),
    }),
  });
  const probe = async () => (await broken.app.inject('/readyz')).statusCode;
  expect([await probe(), await probe(), await probe()]).toEqual([503, 503, 503]);
  const lines = () => logged.split('\n').filter((line) => line.includes('/readyz'));
  expect(lines()).toHaveLength(1);
  reason = null;
  expect(await probe()).toBe(200);
  reason = 'it is full again';
  expect([await probe(), await probe()]).toEqual([503, 503]);
  expect(lines()).toHaveLength(2);
  await broken.close();
});

it('a fault of one line of a bulk request is logged too', async () => {
  const fault = new Fault('the ledger cannot be read from its files', {
    code: 'store-unreadable',
    retryable: true,
    outcome: 'not-applied',
    cause: new Error('disk I/O error'),
  });
  const broken = await serveAcme({
    log: pino({ level: 'info' }, { write: (line: string) => (logged += line) }),
    wrap: (ledger) => ({
      ...ledger,
      changeAll: async (inputs) => inputs.map(() => ({ error: fault })),
    }),
  });
  const body = [{ id: 'a', accountId: 'acme', pool: 'standard', amount: 1 }];
  expect((await broken.ask('POST', '/debits', { body })).status).toBe(200);
  const line = logged.split('\n').find((one) => one.includes('disk I/O error')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({ route: '/scrip/v1/debits', status: 200 });
  await broken.close();
});

it('a key sent for the name of a parameter is not repeated, and the parameters that there are are named', async () => {
  const listed = await served.ask('GET', `/accounts?${CANARY}`);
  expect([listed.status, listed.json.errors]).toEqual([
    422,
    [
      {
        pointer: '?',
        detail: 'The query holds a parameter that this request does not take. It takes limit, after.',
      },
    ],
  ]);
  expect(listed.json.detail).toBe(listed.json.errors[0].detail);
  const rated = await served.ask('GET', `/rate-card?${CANARY}=1&limit=x`);
  expect(rated.json.errors[0].detail).toMatch(/It takes none\.$/);
  const both = await served.ask('GET', `/accounts?${CANARY}=1&limit=x`);
  expect(both.json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['?', '?limit']);
  const body = { pool: 'standard', amount: 1 };
  const spent = await served.ask('POST', `/accounts/acme/debits?dialect=ocean&${CANARY}=1`, { body });
  expect([spent.status, spent.json.detail[0].loc]).toEqual([422, ['query']]);
  const texts = [listed, rated, both, spent].map(({ text }) => text);
  for (const dialect of ['supertone', 'voicepartner', 'voxpria'])
    texts.push(
      (await served.ask('POST', `/accounts/acme/debits?dialect=${dialect}&${CANARY}`, { body })).text,
    );
  expect(texts.join('\n')).not.toContain(CANARY);
  for (const said of texts) expect(said).toContain('The query holds a parameter');
});
