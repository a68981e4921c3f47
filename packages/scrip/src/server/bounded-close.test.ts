import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { installBoundedClose } from './bounded-close.ts';
import { installUnderWay } from './under-way.ts';

let app: FastifyInstance;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

async function openApp(withinMs: number) {
  app = fastify({ logger: false, return503OnClosing: false });
  installBoundedClose(app, { underWay: installUnderWay(app), withinMs, sweepMs: 20 });
  const calls: (() => void)[] = [];
  app.get('/slow', async (_request, reply) => {
    await new Promise<void>((resolve) => calls.push(resolve));
    return reply.send('at last');
  });
  app.post('/echo', async (request) => request.body);
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  /** A connection on which this has been said, and what is heard on it until it ends. */
  const say = async (text: string) => {
    const socket = connect(Number(port), '127.0.0.1');
    sockets.push(socket);
    let heard = '';
    socket.on('data', (chunk) => (heard += String(chunk)));
    socket.on('error', () => {});
    // Also where it is cut: `once` would be rejected then.
    const ended = new Promise<string>((resolve) => {
      socket.once('close', () => resolve(heard));
    });
    await once(socket, 'connect');
    if (text !== '') socket.write(text);
    return { socket, ended };
  };
  const untilAsked = async () => {
    while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { say, untilAsked, finishAll: () => calls.splice(0).forEach((finish) => finish()) };
}

const GET = 'GET /slow HTTP/1.1\r\nHost: x\r\n';

describe('a server that closes', () => {
  it.each([
    ['says nothing', ''],
    ['has said half of its headers', 'POST /echo HTTP/1.1\r\nHost:'],
    [
      'has said half of a body',
      'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n[',
    ],
  ])('does not wait for a connection that %s, also where a byte comes now and then', async (_, text) => {
    const { say } = await openApp(60_000);
    const { socket, ended } = await say(text);
    const dribble = setInterval(() => text !== '' && socket.write('1'), 5);
    await app.close();
    clearInterval(dribble);
    expect(await ended).toBe('');
  });

  it('answers what is under way before it has closed', async () => {
    const { say, untilAsked, finishAll } = await openApp(60_000);
    const { ended } = await say(`${GET}\r\n`);
    await untilAsked();
    const closing = app.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    finishAll();
    await closing;
    expect(await ended).toMatch(/^HTTP\/1\.1 200 [^]*at last$/);
  });

  it('waits no longer for an answer than it may', async () => {
    const { say, untilAsked } = await openApp(50);
    const { ended } = await say(`${GET}\r\n`);
    await untilAsked();
    await app.close();
    expect(await ended).toBe('');
  });
});
