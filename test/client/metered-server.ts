import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Context, Hono } from 'hono';
import * as forExpress from '../../packages/client/src/metering/express.ts';
import * as forFastify from '../../packages/client/src/metering/fastify.ts';
import * as forHono from '../../packages/client/src/metering/hono.ts';
import type { Metered, MeterOptions } from '../../packages/client/src/metering/meter-options.ts';
import * as forNext from '../../packages/client/src/metering/next.ts';

/** A reply, whole or in parts. */
export type Made =
  | { readonly status: number; readonly body: string }
  | { readonly parts: AsyncIterable<string> };

export type Work = (metered: Metered) => Made | Promise<Made>;

type Options = Omit<MeterOptions<unknown>, 'account'> & { readonly account: () => string | null };

export interface MeteredServer {
  readonly url: string;
  readonly close: () => void;
}

type Serve = (options: Options, work: Work) => Promise<MeteredServer>;

/** Each serves one metered route, `/work`, as its framework's users would write it. */
export const frameworks: Readonly<Record<string, Serve>> = {
  Express: serveExpress(async (parts, response) => {
    for await (const part of parts) response.write(part);
    response.end();
  }),
  'Express with a pipeline': serveExpress(async (parts, response) =>
    pipeline(Readable.from(parts), response),
  ),
  Fastify: serveFastify((parts) => Readable.from(parts, { objectMode: false })),
  'Fastify with a stream of the Web': serveFastify((parts) =>
    ReadableStream.from(parts).pipeThrough(new TextEncoderStream()),
  ),
  Hono: async (options, work) => {
    const app = new Hono();
    app.get('/work', forHono.meter<Context>(options), async (context) =>
      toResponse(await work(forHono.metered(context))),
    );
    app.onError((_error, context) => context.text('it failed', 500));
    return listen(createAdaptorServer({ fetch: app.fetch }) as Server);
  },
  'Next.js': async (options, work) => {
    const route = forNext.meter(options, async (_request, _context, metered) =>
      toResponse(await work(metered)),
    );
    const answer = async (request: Request) => {
      try {
        return await route(request, {});
      } catch {
        return new Response('it failed', { status: 500 });
      }
    };
    return listen(createAdaptorServer({ fetch: answer }) as Server);
  },
};

function serveExpress(
  stream: (parts: AsyncIterable<string>, response: express.Response) => Promise<void>,
): Serve {
  return async (options, work) => {
    const app = express();
    app.use('/work', forExpress.meter(options), async (request, response) => {
      const made = await work(forExpress.metered(request));
      if ('parts' in made) await stream(made.parts, response);
      else response.status(made.status).send(made.body);
    });
    app.use(forExpress.releaseOnError);
    // Instead of Express's own, which writes the error to the console.
    app.use((_error: unknown, request: express.Request, response: express.Response, _next: () => void) => {
      if (response.headersSent) request.socket.destroy();
      else response.status(500).send('it failed');
    });
    return listen(createServer(app as RequestListener));
  };
}

function serveFastify(toPayload: (parts: AsyncIterable<string>) => unknown): Serve {
  return async (options, work) => {
    const app = fastify();
    app.route({
      method: ['GET', 'HEAD'],
      url: '/work',
      exposeHeadRoute: false,
      ...forFastify.meter(options),
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const made = await work(forFastify.metered(request));
        if ('parts' in made) return reply.send(toPayload(made.parts));
        return reply.code(made.status).send(made.body);
      },
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url, close: () => end(app.server) };
  };
}

function toResponse(made: Made): Response {
  if (!('parts' in made)) return new Response(made.body, { status: made.status });
  const bytes = ReadableStream.from(made.parts).pipeThrough(new TextEncoderStream());
  return new Response(bytes as ReadableStream<Uint8Array<ArrayBuffer>>);
}

async function listen(server: Server): Promise<MeteredServer> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => end(server) };
}

function end(server: Server): void {
  server.closeAllConnections();
  server.close();
}
