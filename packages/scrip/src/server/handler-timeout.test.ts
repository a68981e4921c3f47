import type { FastifyInstance } from 'fastify';
import { fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { installHandlerTimeout } from './handler-timeout.ts';
import { installUnderWay } from './under-way.ts';

let app: FastifyInstance;
afterEach(() => app.close());

function openApp(timeoutMs: number) {
  app = fastify({ logger: false });
  installHandlerTimeout(app, { underWay: installUnderWay(app), timeoutMs, sweepMs: 5 });
  const calls: (() => void)[] = [];
  app.get('/slow', async (_request, reply) => {
    await new Promise<void>((resolve) => calls.push(resolve));
    return reply.send('at last');
  });
  app.get('/quick', async () => 'at once');
  app.post('/echo', async (request) => request.body);
  return { finishAll: () => calls.splice(0).forEach((finish) => finish()) };
}

describe('the time-out of handlers', () => {
  it('answers a request whose handler takes too long, and nothing more when that one ends', async () => {
    const { finishAll } = openApp(10);
    const reply = await app.inject('/slow');
    expect([reply.statusCode, reply.json()]).toMatchObject([503, { code: 'FST_ERR_HANDLER_TIMEOUT' }]);
    finishAll();
    expect((await app.inject('/quick')).body).toBe('at once');
  });

  it('answers each of those that take too long together, also when others have had their time-out before', async () => {
    openApp(10);
    const status = async (path: string) => (await app.inject(path)).statusCode;
    const first = [status('/slow'), status('/quick'), status('/slow')];
    expect(await Promise.all(first)).toEqual([503, 200, 503]);
    expect(await Promise.all([status('/slow'), status('/slow'), status('/slow')])).toEqual([503, 503, 503]);
  });

  it('does not count the time that a request takes to arrive', async () => {
    const { finishAll } = openApp(30);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    async function* slowly() {
      for (const part of ['[1', ',2', ',3]']) {
        await new Promise((resolve) => setTimeout(resolve, 40));
        yield Buffer.from(part);
      }
    }
    const headers = { 'content-type': 'application/json' };
    const sent = await fetch(`${url}/echo`, { method: 'POST', headers, body: slowly(), duplex: 'half' });
    expect([sent.status, await sent.json()]).toEqual([200, [1, 2, 3]]);
    const slow = await fetch(`${url}/slow`);
    expect(slow.status).toBe(503);
    finishAll();
  });

  it('answers a request that took long to arrive too, when its handler takes too long', async () => {
    openApp(30);
    app.post('/stuck', async () => new Promise(() => {}));
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    async function* slowly() {
      for (const part of ['[1', ',2]']) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        yield Buffer.from(part);
      }
    }
    const headers = { 'content-type': 'application/json' };
    const sent = await fetch(`${url}/stuck`, { method: 'POST', headers, body: slowly(), duplex: 'half' });
    expect(sent.status).toBe(503);
  });

  it('leaves a request alone that is answered in time', async () => {
    const { finishAll } = openApp(60_000);
    const asked = app.inject('/slow');
    await app.inject('/quick');
    await new Promise((resolve) => setTimeout(resolve, 20));
    finishAll();
    expect((await asked).body).toBe('at last');
  });
});
