import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Fault } from '../ledger/fault.ts';
import { errorProblem } from './error-problem.ts';
import type { Problem } from './problem.ts';
import { logUnexpected } from './request-log.ts';
import { sendProblem } from './send-problem.ts';
import { vendorOf } from './vendor/vendor-of.ts';
import { sendVendorReply, vendorRefusal } from './vendor/vendor-refusal.ts';
import { vendorMiss } from './vendor/vendor-routes.ts';
import type { VendorSettings } from './vendor/vendor-settings.ts';

/** Whatever goes wrong on any route ends here, and is answered as a problem: a bug without its text, which is logged. */
export function installErrorHandling(
  app: FastifyInstance,
  {
    log,
    settings,
    notFound,
  }: { log: Logger | false; settings: VendorSettings; notFound: (request: FastifyRequest) => Problem },
): void {
  app.setErrorHandler((error, request, reply) => answerError(log, error, request, reply));
  // Before a body is read: what is wrong with that does not matter where nothing is served.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) {
      done();
      return;
    }
    const vendor = vendorOf(request.url);
    if (vendor === null) sendProblem(request, reply, notFound(request));
    else sendVendorReply(reply, vendorRefusal(vendor, vendorMiss(vendor, request, { settings }), request));
  });
}

export function answerError(
  log: Logger | false,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  sendProblem(request, reply, knownProblem(log, request, error));
}

/** The problem that an error comes to; one that nobody expected is logged, a fault with the request. */
export function knownProblem(log: Logger | false, request: FastifyRequest, error: unknown): Problem {
  const problem = errorProblem(error);
  if (problem.code === 'internal') logUnexpected(log, request, error);
  if (error instanceof Fault) request.fault = error;
  return problem;
}
