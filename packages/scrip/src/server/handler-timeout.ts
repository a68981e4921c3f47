import type { FastifyInstance } from 'fastify';
import { errorCodes } from 'fastify';
import type { UnderWay } from './under-way.ts';
import { isArriving } from './under-way.ts';

/** How often requests are looked through for those that have taken too long. */
const SWEEP_MS = 1000;

/**
 * Answers a request that takes longer than `timeoutMs` (at the next sweep) with Fastify's own time-out error.
 * Fastify's `handlerTimeout` gives each request an abort signal and a timer, which takes a tenth of a debit's time;
 * this costs it a place in an array.
 */
export function installHandlerTimeout(
  app: FastifyInstance,
  {
    underWay,
    timeoutMs,
    sweepMs = SWEEP_MS,
  }: { readonly underWay: UnderWay; readonly timeoutMs: number; readonly sweepMs?: number },
): void {
  const sweep = setInterval(() => {
    const nowMs = performance.now();
    for (const reply of underWay.takeBegunBefore(nowMs - timeoutMs)) {
      if (isArriving(reply)) {
        underWay.add(reply, nowMs);
        continue;
      }
      const route = reply.request.routeOptions.url ?? '';
      if (!reply.sent) reply.send(new errorCodes.FST_ERR_HANDLER_TIMEOUT(timeoutMs, route));
    }
  }, sweepMs).unref();
  app.addHook('onClose', async () => clearInterval(sweep));
}
