import { type NodeHeaders, readIdempotencyKey } from './idempotency-key.ts';
import { createMeter, type MeteredWork } from './meter.ts';
import type { Metered, MeterOptions } from './meter-options.ts';
import { endWithReply, type NodeReply, sendRefusal } from './node-reply.ts';

export type { Given, Metered, MeterOptions, UnchargedWork } from './meter-options.ts';

interface ExpressRequest {
  readonly headers: NodeHeaders;
}

type Next = (error?: unknown) => void;

/** Of each request, in the order in which its meters began. */
const works = new WeakMap<object, readonly MeteredWork[]>();

/** Middleware of Express: holds credits before the handlers that follow it, and takes them when the reply ends. */
export function meter<Request extends ExpressRequest>(options: MeterOptions<Request>) {
  const begin = createMeter(options);
  return async (request: Request, response: NodeReply, next: Next): Promise<void> => {
    try {
      const begun = await begin(request, readIdempotencyKey(request.headers['idempotency-key']));
      if (!begun.ok) {
        sendRefusal(response, begun.reply);
        return;
      }
      works.set(request, [...(works.get(request) ?? []), begun.work]);
      endWithReply(response, begun.work);
    } catch (error) {
      // Express 4 would leave it unhandled.
      next(error);
      return;
    }
    next();
  };
}

/** The meter of a request, the last one where there are several; throws where there is none. */
export function metered(request: object): Metered {
  const work = works.get(request)?.at(-1);
  if (work === undefined) throw new Error('This request has no meter: put meter() before its handler.');
  return work.metered;
}

/**
 * An error handler, to stand before any other: Express cuts a reply off when its handler fails after the head was sent,
 * which otherwise looks as if the customer had gone. Passes every error on.
 */
export async function releaseOnError(
  error: unknown,
  request: object,
  _response: unknown,
  next: Next,
): Promise<void> {
  for (const work of works.get(request) ?? []) await work.end('failed');
  next(error);
}
