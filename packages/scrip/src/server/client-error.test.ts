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

/** All that comes back on a connection until it ends. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect((served.app.server.address() as AddressInfo).port, '127.0.0.1');
  let reply = '';
  socket.on('data', (chunk: Buffer) => (reply += chunk.toString()));
  socket.on('error', () => {});
  socket.write(bytes);
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

it.each([
  ['GET /v1/credits HTTP/1.1\r\nhost: x\r\nexpect: foo', /^HTTP\/1\.1 401 .*x-request-id.*Unauthorized/is],
  ['GET /v1/credits HTTP/1.0', /^HTTP\/1\.1 401 .*x-request-id.*Unauthorized/is],
  ['GET /v1/credits HTTP/1.1', /^HTTP\/1\.1 400 .*x-request-id.*"message"/is],
  ['GET /scrip/v1/accounts HTTP/1.1', /^HTTP\/1\.1 400 .*x-request-id.*bad-request/is],
])('%j is answered in the words of its route', async (lines, words) => {
  expect(await exchange(`${lines}\r\nconnection: close\r\n\r\n`)).toMatch(words);
});
