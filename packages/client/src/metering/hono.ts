import { readIdempotencyKey } from './idempotency-key.ts';
import { createMeter } from './meter.ts';
import type { Metered, MeterOptions } from './meter-options.ts';
import { endWithResponse, refusalResponse } from './web-reply.ts';

export type { Given, Metered, MeterOptions, UnchargedWork } from './meter-options.ts';

interface HonoContext {
  readonly req: { readonly raw: Request };
  get res(): Response;
  set res(response: Response | undefined);
  /** What the handler threw, where an error handler has answered for it. */
  readonly error: Error | undefined;
}

const meters = new WeakMap<object, Metered>();

/** Middleware of Hono: holds credits before the handler, and takes them when the reply ends. */
export function meter<Context extends HonoContext>(options: MeterOptions<Context>) {
  const begin = createMeter(options);
  return async (context: Context, next: () => Promise<void>): Promise<Response | undefined> => {
    const request = context.req.raw;
    const begun = await begin(context, readIdempotencyKey(request.headers.get('idempotency-key')));
    if (!begun.ok) return refusalResponse(begun.reply);
    const { work } = begun;
    meters.set(context, work.metered);
    try {
      await next();
      if (context.error !== undefined) await work.end('failed');
      const response = await endWithResponse(context.res, { request, work });
      if (response !== context.res) {
        // Hono would merge the headers of both.
        context.res = undefined;
        context.res = response;
      }
    } catch (error) {
      await work.end('failed');
      throw error;
    }
    return undefined;
  };
}

/** The meter of a request; throws where there is none. */
export function metered(context: object): Metered {
  const found = meters.get(context);
  if (found === undefined) throw new Error('This request has no meter: put meter() before its handler.');
  return found;
}
