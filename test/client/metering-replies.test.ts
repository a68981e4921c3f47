import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Context, Hono } from 'hono';
import { streamText } from 'hono/streaming';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as forExpress from '../../packages/client/src/metering/express.ts';
import * as forFastify from '../../packages/client/src/metering/fastify.ts';
import * as forHono from '../../packages/client/src/metering/hono.ts';
import * as forNext from '../../packages/client/src/metering/next.ts';
import { availableOf, type ScripServer, startScripServer } from './scrip-server.ts';

let server: ScripServer;
beforeAll(async () => {
  server = await startScripServer();
}, 60_000);
afterAll(async () => server.stop());

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

async function open() {
  const account = await server.openAccount();
  const options = { scrip: server.create(), account: () => account.id, action: 'sms', quantity: 10 };
  const standing = async () => {
    const [pool] = (await account.balance()).pools;
    return { settled: pool?.settled, held: pool?.held };
  };
  return { account, options, standing, left: async () => availableOf(account) };
}

async function serveExpress(app: express.Express): Promise<string> {
  const listening = app.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  closing.push(() => listening.close());
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

it('a customer who cuts a reply of HTTP/2 pays for it, and a server that does so is not paid', async () => {
  const { options, standing } = await open();
  const app = fastify({ http2: true });
  async function* parts(breaks: boolean) {
    for (let part = 0; ; part += 1) {
      if (breaks && part > 2) throw new Error('it broke');
      yield `part ${part}`;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  for (const path of ['/endless', '/breaking'])
    app.get(
      path,
      { ...forFastify.meter<{ headers: IncomingHttpHeaders }>(options) },
      async (_request, reply) =>
        reply.send(Readable.from(parts(path === '/breaking'), { objectMode: false })),
    );
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const session = connect(url);
  closing.push(
    () => session.destroy(),
    () => app.close(),
  );
  const read = async (path: string, cuts: boolean) => {
    const stream = session.request({ ':path': path });
    stream.on('error', () => {});
    await once(stream, 'data');
    if (cuts) stream.close(8);
    else stream.resume();
    await once(stream, 'close');
  };
  const paid = async () => {
    await expect.poll(standing, { timeout: 20_000 }).toEqual({ settled: '90', held: '0' });
  };
  await read('/endless', true);
  await paid();
  await read('/breaking', false);
  await paid();
});

it('what Express cannot send ends the reply, and no process', async () => {
  const { options, left } = await open();
  const app = express();
  app.get('/number', forExpress.meter(options), (_request, response) => void response.end(5 as never));
  app.get('/phrase', forExpress.meter(options), (_request, response) => {
    response.statusMessage = 'two\nlines';
    response.end('done');
  });
  app.use((_error: unknown, _request: express.Request, response: express.Response, next: () => void) => {
    if (response.headersSent) next();
    else response.writeHead(500, 'It failed').end();
  });
  const url = await serveExpress(app);
  await expect(fetch(`${url}/number`)).rejects.toThrow('fetch failed');
  expect((await fetch(`${url}/phrase`)).status).toBe(500);
  await expect.poll(left, { timeout: 20_000 }).toBe('90');
});

it('a request that a meter cannot read goes to the error handler', async () => {
  const { options } = await open();
  const meter = forExpress.meter({
    ...options,
    quantity: () => {
      throw new TypeError('no text');
    },
  });
  const errors: unknown[] = [];
  // Express 4 does not look at the promise.
  await meter({ headers: {} }, {} as never, (error) => errors.push(error));
  expect(errors).toEqual([new TypeError('no text')]);
});

describe.each(['while it is placed', 'while the handler works'])('a customer who leaves %s', (when) => {
  async function leave(send: (response: express.Response) => unknown) {
    const { account, options, standing } = await open();
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const wait = async () => {
      begun.resolve();
      await gate.promise;
    };
    const isPlacing = when === 'while it is placed';
    const accountOf = async () => {
      if (isPlacing) await wait();
      return account.id;
    };
    const app = express();
    app.use((_request, response, next) => {
      response.once('close', gate.resolve);
      next();
    });
    app.get('/work', forExpress.meter({ ...options, account: accountOf }), async (_request, response) => {
      if (!isPlacing) await wait();
      await send(response);
    });
    app.use(forExpress.releaseOnError);
    app.use(
      (_error: unknown, _request: express.Request, _response: express.Response, _next: () => void) => {},
    );
    const url = await serveExpress(app);
    const leaving = new AbortController();
    const asked = fetch(`${url}/work`, { signal: leaving.signal });
    await begun.promise;
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    return standing;
  }
  const parts = () => Readable.from(['one', 'two'], { objectMode: false });

  it.each([
    ['ends', (response: express.Response) => response.end('done')],
    ['pipes', (response: express.Response) => parts().pipe(response)],
  ])('pays for work whose handler %s its reply all the same', async (_how, send) => {
    const standing = await leave(send);
    await expect.poll(standing, { timeout: 20_000 }).toEqual({ settled: '90', held: '0' });
  });

  it('leaves nothing held where the handler gives up', async () => {
    const standing = await leave(async (response) => pipeline(parts(), response));
    await expect.poll(standing, { timeout: 20_000 }).toEqual({ settled: '100', held: '0' });
  });
});

it.each<[string, () => string]>([
  [
    'throws',
    () => {
      throw new Error('it failed');
    },
  ],
  ['gives something back', () => 'more'],
])(
  'a route of Fastify that replies and then %s has sent its reply, and is paid once',
  async (_what, then) => {
    const { options, standing } = await open();
    const app = fastify();
    app.get(
      '/work',
      { ...forFastify.meter<{ headers: IncomingHttpHeaders }>(options) },
      async (_request, reply) => {
        void reply.send('done');
        return then();
      },
    );
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    closing.push(async () => app.close());
    const reply = await fetch(`${url}/work`);
    expect([reply.status, await reply.text()]).toEqual([200, 'done']);
    expect(await standing()).toEqual({ settled: '90', held: '0' });
  },
);

it('a failure behind two meters of Express takes nothing for either', async () => {
  const { options, standing } = await open();
  const app = express();
  app.use(forExpress.meter(options));
  app.get('/work', forExpress.meter({ ...options, quantity: 5 }), (_request, response) => {
    response.write('one');
    throw new Error('it failed');
  });
  app.use(forExpress.releaseOnError);
  app.use((_error: unknown, request: express.Request, _response: express.Response, _next: () => void) => {
    request.socket.destroy();
  });
  const url = await serveExpress(app);
  await expect(fetch(`${url}/work`).then(async (reply) => reply.text())).rejects.toThrow('terminated');
  await expect.poll(standing, { timeout: 20_000 }).toEqual({ settled: '100', held: '0' });
});

describe('a route of Next.js', () => {
  const failing = (what: unknown) => async (): Promise<Response> => {
    if (what instanceof Error) throw what;
    return what as Response;
  };
  const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;push;/done;x;307;' });

  it('that redirects by an error of the framework is paid for, as any redirect', async () => {
    const { options, standing } = await open();
    const route = forNext.meter<Request>(options, failing(redirect));
    await expect(route(new Request('http://127.0.0.1/'), {})).rejects.toBe(redirect);
    expect(await standing()).toEqual({ settled: '90', held: '0' });
    const unpaid = forNext.meter<Request>(
      { ...options, isCharged: (status) => status === 200 },
      failing(redirect),
    );
    await expect(unpaid(new Request('http://127.0.0.1/'), {})).rejects.toBe(redirect);
    expect(await standing()).toEqual({ settled: '90', held: '0' });
  });

  it.each([
    ['is none', () => undefined],
    [
      'was read',
      () => {
        const read = new Response('done');
        void read.text();
        return read;
      },
    ],
  ])('whose reply %s takes nothing', async (_what, make) => {
    const { options, standing } = await open();
    const route = forNext.meter<Request>(options, failing(make()));
    await expect(route(new Request('http://127.0.0.1/'), {})).rejects.toThrow(TypeError);
    expect(await standing()).toEqual({ settled: '100', held: '0' });
  });
});

it('a route of Fastify whose own preHandler stands in its meter’s place does not work for nothing', async () => {
  const { options, left } = await open();
  const app = fastify();
  const meter = forFastify.meter<{ headers: IncomingHttpHeaders }>(options);
  const refuses = async (request: FastifyRequest, reply: FastifyReply) =>
    request.headers.authorization === undefined ? reply.code(401).send('who is it?') : undefined;
  app.get('/instead', { ...meter, preHandler: refuses }, async () => 'done');
  app.get('/both', { preHandler: [refuses, meter.preHandler] }, async () => 'done');
  const ask = async (url: string, headers = {}) => (await app.inject({ url, headers })).statusCode;
  const known = { authorization: 'somebody' };
  expect([await ask('/instead'), await ask('/instead', known)]).toEqual([401, 500]);
  expect([await ask('/both'), await left()]).toEqual([401, '100']);
  expect([await ask('/both', known), await left()]).toEqual([200, '90']);
  await app.close();
});

it('a stream of Hono that fails takes nothing where its callback says so', async () => {
  const { options, left } = await open();
  const app = new Hono();
  app.get('/work', forHono.meter<Context>(options), (context) =>
    streamText(context, async (stream) => {
      try {
        await stream.write('one');
        throw new Error('the model is down');
      } catch {
        forHono.metered(context).use({ quantity: 0 });
      }
    }),
  );
  expect(await (await app.request('/work')).text()).toBe('one');
  expect(await left()).toBe('100');
});

it('a handler of Hono that throws is not paid, whatever its error handler answers', async () => {
  const { options, left } = await open();
  const app = new Hono();
  app.get('/work', forHono.meter<Context>(options), () => {
    throw new Error('it failed');
  });
  app.onError((_error, context) => context.redirect('/sorry'));
  expect((await app.request('/work')).status).toBe(302);
  expect(await left()).toBe('100');
});
