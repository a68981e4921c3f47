import { type NodeHeaders, readIdempotencyKey } from './idempotency-key.ts';
import { createMeter } from './meter.ts';
import type { Metered, MeterOptions } from './meter-options.ts';
import { endWithReply, type NodeReply } from './node-reply.ts';

export type { Given, Metered, MeterOptions, UnchargedWork } from './meter-options.ts';

interface FastifyRequest {
  readonly headers: NodeHeaders;
}

interface FastifyReply {
  readonly raw: NodeReply;
  readonly statusCode: number;
  code(status: number): unknown;
  headers(values: Readonly<Record<string, string>>): unknown;
  send(payload: unknown): unknown;
}

const meters = new WeakMap<object, Metered>();
const metering = new WeakSet<object>();

/**
 * Hooks for the options of a route of Fastify: `app.post('/search', { ...meter({ … }) }, handler)`. Of two hooks
 * of one name the later stands alone: beside a `preHandler` of your own write `preHandler: [yours, meter({ … }).preHandler]`.
 */
export function meter<Request extends FastifyRequest>(options: MeterOptions<Request>) {
  const begin = createMeter(options);
  return {
    /** After validation: a request that is wrong in itself holds nothing. */
    preHandler: async (request: Request, reply: FastifyReply): Promise<unknown> => {
      metering.add(request);
      const begun = await begin(request, readIdempotencyKey(request.headers['idempotency-key']));
      if (!begun.ok) {
        const { status, headers, body } = begun.reply;
        reply.code(status);
        reply.headers(headers);
        return reply.send(new TextEncoder().encode(body));
      }
      meters.set(request, begun.work.metered);
      endWithReply(reply.raw, begun.work);
      return undefined;
    },
    /** Another `preHandler` of the same route stands in the meter's place, and its work would be free. */
    onSend: async (request: Request, reply: FastifyReply): Promise<void> => {
      const isSuccess = reply.statusCode >= 200 && reply.statusCode < 300;
      if (isSuccess && !metering.has(request))
        throw new Error('This route’s meter has not run: write `preHandler: [yours, meter(…).preHandler]`.');
    },
  };
}

/** The meter of a request; throws where there is none. */
export function metered(request: object): Metered {
  const found = meters.get(request);
  if (found === undefined) throw new Error('This request has no meter: put meter() into its route.');
  return found;
}
