import { readIdempotencyKey } from './idempotency-key.ts';
import { createMeter } from './meter.ts';
import type { Metered, MeterOptions } from './meter-options.ts';
import { endWithResponse, refusalResponse } from './web-reply.ts';

export type { Given, Metered, MeterOptions, UnchargedWork } from './meter-options.ts';

/**
 * A route handler of Next.js, or of anything else that answers a `Request` with a `Response`: holds credits before the
 * handler, and takes them when the reply ends. The handler's last argument is its meter.
 */
export function meter<Incoming extends Request, Context = unknown>(
  options: MeterOptions<Incoming>,
  handler: (request: Incoming, context: Context, metered: Metered) => Response | Promise<Response>,
) {
  const begin = createMeter(options);
  return async (request: Incoming, context: Context): Promise<Response> => {
    const begun = await begin(request, readIdempotencyKey(request.headers.get('idempotency-key')));
    if (!begun.ok) return refusalResponse(begun.reply);
    const { work } = begun;
    let response: Response;
    try {
      response = await handler(request, context, work.metered);
    } catch (error) {
      await work.end('failed');
      throw error;
    }
    return endWithResponse(response, { request, work });
  };
}
