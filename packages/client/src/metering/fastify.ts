import { type NodeHeaders, readIdempotencyKey } from './idempotency-key.ts';
import { createMeter, type MeteredWork } from './meter.ts';
import type { Metered, MeterOptions } from './meter-options.ts';
import { endWithReply, type NodeReply } from './node-reply.ts';
import { endWithBody } from './web-reply.ts';

export type { Given, Metered, MeterOptions, UnchargedWork } from './meter-options.ts';

interface FastifyRequest {
  readonly headers: NodeHeaders;
}

interface FastifyReply {
  readonly statusCode: number;
  readonly raw: NodeReply;
  code(status: number): unknown;
  headers(values: Readonly<Record<string, string>>): unknown;
  send(payload: unknown): unknown;
}

const works = new WeakMap<object, MeteredWork>();

/** Hooks for the options of a route of Fastify: `app.post('/search', meter({ … }), handler)`. */
export function meter<Request extends FastifyRequest>(options: MeterOptions<Request>) {
  const begin = createMeter(options);
  return {
    /** After validation: a request that is wrong in itself holds nothing. */
    preHandler: async (request: Request, reply: FastifyReply): Promise<unknown> => {
      const begun = await begin(request, readIdempotencyKey(request.headers['idempotency-key']));
      if (!begun.ok) {
        const { status, headers, body } = begun.reply;
        reply.code(status);
        reply.headers(headers);
        return reply.send(new TextEncoder().encode(body));
      }
      works.set(request, begun.work);
      endWithReply(reply.raw, begun.work);
      return undefined;
    },
    /** Fastify cuts a reply off when its stream fails, which otherwise looks as if the customer had gone. */
    onSend: async (request: Request, reply: FastifyReply, payload: unknown): Promise<unknown> => {
      const work = works.get(request);
      if (work === undefined || !work.isCharged(reply.statusCode)) return payload;
      if (payload instanceof ReadableStream) return endWithBody(payload, { work });
      if (isNodeStream(payload)) payload.on('error', () => void work.end('failed'));
      return payload;
    },
  };
}

/** The meter of a request; throws where there is none. */
export function metered(request: object): Metered {
  const work = works.get(request);
  if (work === undefined) throw new Error('This request has no meter: put meter() into its route.');
  return work.metered;
}

interface NodeStream {
  on(event: 'error', listener: () => void): unknown;
}

function isNodeStream(payload: unknown): payload is NodeStream {
  return typeof (payload as { pipe?: unknown } | null)?.pipe === 'function';
}
