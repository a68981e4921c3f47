import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ServedApp } from '../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../test/support/served-app.ts';

const REQUEST_TIMEOUT_MS = 300;
const NEVER_ENDED = 'the connection was never ended';

let served: ServedApp;
beforeEach(async () => {
  served = await serveAcme({ requestTimeoutMs: REQUEST_TIMEOUT_MS });
  await served.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => served.close());

/** All that comes back on a connection until it ends; `trickle` is sent over and over as long as it is open. */
async function exchange(bytes: string, trickle: string | null = null): Promise<string> {
  const { port } = served.app.server.address() as AddressInfo;
  // One that trickles goes on sending when the server has said its last word.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: trickle !== null });
  socket.write(bytes);
  const trickling = setInterval(() => {
    if (trickle !== null && socket.writable) socket.write(trickle);
  }, 20);
  let reply = '';
  socket.on('error', ({ message }) => (reply += message === NEVER_ENDED ? message : ''));
  socket.on('data', (chunk: Buffer) => (reply += chunk.toString()));
  // A connection that is never ended would keep the server from closing.
  const tooLong = setTimeout(() => socket.destroy(new Error(NEVER_ENDED)), 10 * REQUEST_TIMEOUT_MS);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(trickling);
  clearTimeout(tooLong);
  return reply;
}

const spend = (query: string, key = served.adminKey) =>
  `POST /scrip/v1/accounts/acme/debits${query} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n` +
  'content-type: application/json\r\ncontent-length: 5000\r\n\r\n{';

const PROBLEM = /^HTTP\/1\.1 408 .*x-request-id.*"code":"request-timeout"/is;
const WORDS: [query: string, words: RegExp][] = [
  ['', PROBLEM],
  ['?dialect=ocean', /^HTTP\/1\.1 408 .*\r\n\r\n\{"detail":"[^"]+"\}$/s],
  ['?dialect=supertone', /^HTTP\/1\.1 408 .*"error":"Request Timeout","statusCode":408/s],
  ['?dialect=voxpria', /^HTTP\/1\.1 408 .*"code":"invalid_request"/s],
  ['?dialect=voicepartner&_format=xml', /^HTTP\/1\.1 408 .*application\/xml.*408/s],
];

it.each(WORDS)(
  'a body that stops arriving is a 408 in the words that are asked for (%j)',
  async (query, words) => {
    expect(await exchange(spend(query))).toMatch(words);
  },
);

it.each(WORDS)('a body that trickles in is as late as one that stops (%j)', async (query, words) => {
  expect(await exchange(spend(query), ' ')).toMatch(words);
});

it('a request that was refused by its key ends with its connection, however long its body', async () => {
  const replies = await exchange(spend('', 'nobody'), ' ');
  expect(replies).toMatch(/^HTTP\/1\.1 401 .*credential-unknown/s);
  expect(replies).not.toContain('408');
  expect(replies).not.toContain(NEVER_ENDED);
});

it.each([null, 'x: y\r\n'])('a head that does not end is a 408 (trickled: %j)', async (trickle) => {
  const reply = await exchange('GET /scrip/v1/accounts HTTP/1.1\r\nhost: x\r\n', trickle);
  expect(reply).toMatch(/^HTTP\/1\.1 408 .*"code":"request-timeout"/s);
  expect(reply).not.toContain(NEVER_ENDED);
});

it.each([0, 40])(
  'a request that comes after the 408 is not taken (%i characters before it)',
  async (before) => {
    const { port } = served.app.server.address() as AddressInfo;
    const body = '{"id":"late"}';
    const text = `POST /scrip/v1/accounts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${served.adminKey}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(text.slice(0, before));
    socket.on('error', () => {});
    const [told] = (await once(socket, 'data')) as [Buffer];
    expect(told.toString()).toMatch(/^HTTP\/1\.1 408 /);
    socket.write(text.slice(before));
    // It would be taken at once.
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    expect((await served.ask('GET', '/accounts/late')).status).toBe(404);
  },
);

it('the time is the half minute that the documents speak of, unless a test says otherwise', async () => {
  const { app, close } = await serveAcme();
  const { requestTimeout, headersTimeout } = app.server;
  await close();
  expect([requestTimeout, headersTimeout]).toEqual([30_000, 30_000]);
});
