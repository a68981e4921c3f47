import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ServedApp } from '../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../test/support/served-app.ts';

let served: ServedApp;
beforeEach(async () => {
  served = await serveAcme();
  await served.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => served.close());

/** All that comes back on a connection until it ends; what is sent later follows the first answer. */
async function exchange(bytes: string, ...later: string[]): Promise<string> {
  const socket = connect((served.app.server.address() as AddressInfo).port, '127.0.0.1');
  let reply = '';
  socket.on('data', (chunk: Buffer) => (reply += chunk.toString()));
  socket.on('error', () => {});
  socket.write(bytes);
  for (const more of later) {
    if (reply === '') await once(socket, 'data');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write(more);
  }
  await once(socket, 'close');
  return reply;
}

const head = (more: string) =>
  `POST /scrip/v1/accounts/acme/debits HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${served.adminKey}\r\n` +
  `content-type: application/json\r\nidempotency-key: d1\r\n${more}\r\n\r\n`;
const BODY = '{"pool":"standard","amount":1}';

it('what follows a request that is not answered yet is not answered in its place', async () => {
  expect(await exchange(`${head(`content-length: ${BODY.length}`)}${BODY}}}\r\n\r\n`)).toBe('');
  const { status, headers } = await served.ask('POST', '/accounts/acme/debits', {
    text: BODY,
    headers: { 'content-type': 'application/json' },
    id: 'd1',
  });
  expect([status, headers['idempotent-replayed']]).toEqual([201, 'true']);
});

it('a request whose body cannot be read is told so', async () => {
  expect(await exchange(`${head('transfer-encoding: chunked')}zz\r\n`)).toMatch(
    /^HTTP\/1\.1 400 .*bad-request/s,
  );
});

it('a body that was coded on its way is refused, and not read as it is', async () => {
  const chunk = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
  const coded = await exchange(`${head('transfer-encoding: gzip, chunked\r\nconnection: close')}${chunk}`);
  expect(coded).toMatch(/^HTTP\/1\.1 415 .*unsupported-media-type/s);
  const plain = await exchange(`${head('transfer-encoding: Chunked\r\nconnection: close')}${chunk}`);
  expect(plain).toMatch(/^HTTP\/1\.1 201 /);
});

it('a spend whose body cannot be read is told so in the words that it asks for', async () => {
  const inOcean = head('transfer-encoding: chunked').replace('/debits', '/debits?dialect=ocean');
  expect(await exchange(`${inOcean}zz\r\n`)).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\n\{"detail":"[^"]+"\}$/s);
});

const KEYLESS =
  'POST /scrip/v1/accounts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
const statusesOf = (replies: string) =>
  [...replies.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

it('a request is answered once, also where it is refused before the rest of it turns out to be none', async () => {
  expect(statusesOf(await exchange(`${KEYLESS}zz\r\n`))).toEqual(['400']);
  expect(statusesOf(await exchange(KEYLESS, 'zz\r\n'))).toEqual(['401']);
});

it('a request that could not be read after one that was refused early is told so', async () => {
  expect(statusesOf(await exchange(KEYLESS, '2\r\n{}\r\n0\r\n\r\n', 'none\r\n\r\n'))).toEqual(['401', '400']);
});

it.each([
  ['GET /v1/credits HTTP/1.1\r\nhost: x\r\nexpect: foo', /^HTTP\/1\.1 401 .*x-request-id.*Unauthorized/is],
  ['GET /v1/credits HTTP/1.0', /^HTTP\/1\.1 401 .*x-request-id.*Unauthorized/is],
  ['GET /v1/credits HTTP/1.1', /^HTTP\/1\.1 400 .*x-request-id.*"message"/is],
  ['GET /scrip/v1/accounts HTTP/1.1', /^HTTP\/1\.1 400 .*x-request-id.*bad-request/is],
  ['GET /v1/credits HTTP/1.1\r\nhost: x\r\nHost: y', /^HTTP\/1\.1 400 .*x-request-id.*"message"/is],
  ['GET /livez HTTP/1.0\r\nhost: x\r\nhost: x', /^HTTP\/1\.1 400 .*x-request-id.*the header Host once/is],
])('%j is answered in the words of its route', async (lines, words) => {
  expect(await exchange(`${lines}\r\nconnection: close\r\n\r\n`)).toMatch(words);
});

const WITHOUT_HOST = 'HTTP/1.1\r\nconnection: close';
const LARGE = `HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}`;
const ENGLISH = 'accept-language: en';

it.each([
  [`GET /v2/credits/balance ${WITHOUT_HOST}`, 400, /\r\n\r\n\{"detail":"[^"]+"\}$/],
  ['GET /v2/credits/balance HTTP/1.1\r\nhost: x\r\nno header', 400, /\r\n\r\n\{"detail":"[^"]+"\}$/],
  [`GET /v2/credits/balance ${LARGE}`, 431, /\r\n\r\n\{"detail":"[^"]+"\}$/],
  [`GET /v1/credits ${LARGE}`, 431, /"error":"Request Header Fields Too Large","statusCode":431/],
  [`GET /api/v1/credits ${LARGE}`, 431, /"code":"invalid_request"/],
  [`GET /v1/me/a-key ${LARGE}`, 431, /"code":431,"message":"Requête incorrecte"/],
  [`GET /v1/me/${'k'.repeat(20_000)}`, 414, /"message":"URL incorrecte"/],
  [
    `POST /scrip/v1/accounts/acme/debits?x=${'x'.repeat(20_000)}&dialect=ocean ${WITHOUT_HOST}`,
    414,
    /"detail":"/,
  ],
  [`GET /v1/me/a-key ${WITHOUT_HOST}`, 400, /"message":"Requête incorrecte"/],
  [`GET /v1/me/a-key ${WITHOUT_HOST}\r\n${ENGLISH}`, 400, /"message":"Incorrect request"/],
])(
  'what cannot be read as a request is refused as such, and no value is blamed (%#)',
  async (lines, status, words) => {
    const reply = await exchange(`${lines}\r\n\r\n`);
    expect(statusesOf(reply)).toEqual([`${status}`]);
    expect(reply).toMatch(words);
  },
);
