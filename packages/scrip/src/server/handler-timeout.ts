import type { FastifyInstance, FastifyReply } from 'fastify';
import { errorCodes } from 'fastify';

/** How often requests are looked through for those that have taken too long. */
const SWEEP_MS = 1000;

/**
 * Answers a request that takes longer than `timeoutMs` (at the next sweep) with Fastify's own time-out error.
 * Fastify's `handlerTimeout` gives each request an abort signal and a timer, which takes a tenth of a debit's time;
 * this costs it an entry in a map.
 */
export function installHandlerTimeout(
  app: FastifyInstance,
  { timeoutMs, sweepMs = SWEEP_MS }: { readonly timeoutMs: number; readonly sweepMs?: number },
): void {
  // When each began, in that order, so that a sweep looks at the late ones only. A caller who has gone gets no
  // response; his entry stays until its time is up.
  const inFlight = new Map<FastifyReply, number>();
  const sweep = setInterval(() => {
    const latestMs = performance.now() - timeoutMs;
    for (const [reply, beganMs] of inFlight) {
      if (beganMs > latestMs) return;
      inFlight.delete(reply);
      const route = reply.request.routeOptions.url ?? '';
      if (!reply.sent) reply.send(new errorCodes.FST_ERR_HANDLER_TIMEOUT(timeoutMs, route));
    }
  }, sweepMs).unref();
  app.addHook('onRequest', (_request, reply, done) => {
    inFlight.set(reply, performance.now());
    done();
  });
  app.addHook('onResponse', (_request, reply, done) => {
    inFlight.delete(reply);
    done();
  });
  app.addHook('onClose', async () => clearInterval(sweep));
}
