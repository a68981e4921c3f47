import { readIdempotencyKey } from './idempotency-key.ts';
import { createMeter, type MeteredWork } from './meter.ts';
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
    try {
      return await endWithResponse(await handler(request, context, work.metered), { request, work });
    } catch (error) {
      await work.end(isPaidRedirect(error, work) ? 'done' : 'failed');
      throw error;
    }
  };
}

function isPaidRedirect(error: unknown, work: MeteredWork): boolean {
  const status = redirectStatusOf(error);
  try {
    return status !== null && work.isCharged(status);
  } catch {
    // What the caller's own function throws must not keep credits held.
    return false;
  }
}

/** `redirect()` of Next.js throws what becomes a reply; null for any other error. */
function redirectStatusOf(error: unknown): number | null {
  const { digest } = (error ?? {}) as { digest?: unknown };
  const [, status] = /^NEXT_REDIRECT;.*;(\d{3});$/s.exec(typeof digest === 'string' ? digest : '') ?? [];
  return status === undefined ? null : Number(status);
}
