import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Fault } from '../ledger/fault.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The store's fault that kept it from being answered as asked; null: none. */
    fault: Fault | null;
  }
}

/** It is asked every few seconds: that it is still not ready says nothing new. */
const READINESS = '/readyz';

/**
 * A line for each request that failed, and with level `debug` for every one, under the route's pattern: neither the
 * address nor a header is ever logged, because a key can stand in both. Fastify's own logging stays off for the same reason.
 */
export function installRequestLog(app: FastifyInstance, log: Logger | false): void {
  app.decorateRequest('fault', null);
  if (log === false) return;
  let isUnready = false;
  const writesEach = log.isLevelEnabled('debug');
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply;
    const isReadiness = routePattern(request) === READINESS;
    const isKnown = isReadiness && isUnready;
    if (isReadiness) isUnready = statusCode >= 500;
    // A bulk request is answered also where lines of it met a fault.
    const isFailed = (statusCode >= 500 && !isKnown) || request.fault !== null;
    if (!isFailed && !writesEach) {
      done();
      return;
    }
    const line = {
      requestId: request.id,
      method: request.method,
      route: routePattern(request),
      status: statusCode,
      durationMs: Math.round(reply.elapsedTime * 100) / 100,
      ...(request.fault === null ? {} : { why: whyOf(request.fault) }),
    };
    if (isFailed) log.error(line, 'request failed');
    else log.debug(line, 'request');
    done();
  });
}

/** The route's pattern, such as `/scrip/v1/accounts/:accountId`; what no route has matched is all one. */
export function routePattern(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unmatched';
}

/** Which file failed, and of what: the caller is only told that it did. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${whyOf(error.cause)}`;
}

/** Logs an error that nobody expected, under the id of the reply that hides it. */
export function logUnexpected(log: Logger | false, request: FastifyRequest, error: unknown): void {
  if (log === false) return;
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  log.error(
    {
      requestId: request.id,
      method: request.method,
      route: routePattern(request),
      error: { name, message, stack },
    },
    'unexpected error',
  );
}
