import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastify } from 'fastify';
import type { AppDeps } from './app-deps.ts';
import { createAuthorise } from './auth.ts';
import { BODY_LIMIT_BYTES, installBodyParsers } from './body-parsers.ts';
import { installBoundedClose } from './bounded-close.ts';
import { answerClientError } from './answer-client-error.ts';
import { answerError, installErrorHandling } from './error-handling.ts';
import { installHandlerTimeout } from './handler-timeout.ts';
import { createFindKeyHolder } from './key-holder.ts';
import { installMetrics } from './metrics.ts';
import { installNotFound } from './not-found.ts';
import { installOpenApi } from './openapi.ts';
import { RefusedRequest } from './problem.ts';
import { faultProblem } from './rejection-problem.ts';
import { countHeader } from './request-headers.ts';
import { installRequestLog } from './request-log.ts';
import type { RouteContext } from './route-context.ts';
import { registerAccounts } from './routes/accounts.ts';
import { registerBalance } from './routes/balance.ts';
import { registerBulkDebits } from './routes/bulk-debits.ts';
import { registerDebits } from './routes/debits.ts';
import { registerEntries } from './routes/entries.ts';
import { registerGrants } from './routes/grants.ts';
import { registerHoldList } from './routes/hold-list.ts';
import { registerHolds } from './routes/holds.ts';
import { registerKeys } from './routes/keys.ts';
import { registerLots } from './routes/lots.ts';
import { registerOperations } from './routes/operations.ts';
import { registerOperatorKeys } from './routes/operator-keys.ts';
import { registerPersonalData } from './routes/personal-data.ts';
import { registerQuotes } from './routes/quotes.ts';
import { registerRateCard } from './routes/rate-card.ts';
import { registerUsage } from './routes/usage.ts';
import { securityHeaders } from './security-headers.ts';
import { installValidation } from './validation.ts';
import { createVendorLimits } from './vendor/vendor-limits.ts';
import { installUnderWay } from './under-way.ts';
import { registerVendorRoutes } from './vendor/vendor-routes.ts';

const REQUEST_TIMEOUT_MS = 30_000;
/** How often connections are looked through within that time, so that a late request is told soon after it. */
const TIMEOUT_CHECKS = 6;
const CONNECTION_TIMEOUT_MS = 60_000;
const HANDLER_TIMEOUT_MS = 20_000;
/** What a handler may take, and a moment for its time-out to be noticed and sent. */
const CLOSE_WITHIN_MS = HANDLER_TIMEOUT_MS + 5000;
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** An id of 255 characters, each percent-encoded. */
const MAX_PARAM_LENGTH = 255 * 3;

const RESPONSIVE_PATHS = new Set(['/livez', '/readyz', '/metrics']);

/** The server with every route, ready to listen; it owns nothing that it is given, and closes none of it. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { ledger, log, settings, requestTimeoutMs = REQUEST_TIMEOUT_MS } = deps;
  const headers = await securityHeaders();
  const addHeaders = (request: FastifyRequest, reply: FastifyReply) =>
    reply.headers(headers).header('x-request-id', request.id);
  const app = fastify({
    // Fastify's own lines hold addresses, where keys stand: Scrip writes its own.
    logger: false,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: requestIds(deps.newSecret()),
    http: {
      // Node would answer a request without it in its own words, also on a vendor's route.
      requireHostHeader: false,
      // Set on a server that is made already, it would not end a body that is late: the time for the head would stay longer.
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: requestTimeoutMs / TIMEOUT_CHECKS,
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, underWay),
    // No hook runs before these.
    frameworkErrors: (error, request, reply) => {
      addHeaders(request, reply);
      answerError(log, error, request, reply);
    },
    // What is on its way when the server closes is answered as ever; Fastify would answer in its own words.
    return503OnClosing: false,
  });
  // Likewise one with an `Expect` that Node does not know: what is asked for is answered all the same.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.decorateRequest('principal', null);
  app.decorateRequest('dialect', null);
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    // Its connection has been told that no request came in time: one that comes now must not be taken.
    if (socket.writableEnded) {
      reply.hijack();
      socket.destroy();
      return;
    }
    addHeaders(request, reply);
    done(hasOneHost(request) ? undefined : new RefusedRequest(WRONG_HOST));
  });
  const underWay = installUnderWay(app);
  installHandlerTimeout(app, { underWay, timeoutMs: HANDLER_TIMEOUT_MS });
  installBoundedClose(app, { underWay, withinMs: CLOSE_WITHIN_MS });
  installRequestLog(app, log);
  const metrics = installMetrics(app, ledger);
  installErrorHandling(app, { log, settings, notFound: installNotFound(app) });
  installBodyParsers(app);
  await installPressure(app, deps);
  await installOpenApi(app);
  await app.register(async (scope) => registerOperations(scope, { ledger, metrics }));
  const limits = createVendorLimits({ store: deps.limits, settings, now: ledger.now });
  app.addHook('onClose', () => limits.close());
  const findKeyHolder = createFindKeyHolder(ledger, deps.secret);
  const context = { deps, authorise: createAuthorise(findKeyHolder), limits };
  await app.register(async (scope) => registerOwnRoutes(scope, context), { prefix: '/scrip/v1' });
  await registerVendorRoutes(app, { ledger, settings, limits, findKeyHolder });
  return app;
}

const WRONG_HOST = { code: 'bad-request', detail: 'Send the header Host once: HTTP/1.1 needs it.' } as const;

/** Of two, Node keeps the first, and a proxy before it may have taken the other. */
function hasOneHost(request: FastifyRequest): boolean {
  const count = countHeader(request, 'host');
  return count === 1 || (count === 0 && request.raw.httpVersion !== '1.1');
}

async function registerOwnRoutes(app: FastifyInstance, context: RouteContext): Promise<void> {
  installValidation(app, { checksBodies: true });
  registerAccounts(app, context);
  registerPersonalData(app, context);
  registerKeys(app, context);
  registerGrants(app, context);
  registerBalance(app, context);
  registerLots(app, context);
  registerDebits(app, context);
  registerHolds(app, context);
  registerHoldList(app, context);
  registerQuotes(app, context);
  registerEntries(app, context);
  registerUsage(app, context);
  registerRateCard(app, context);
  registerOperatorKeys(app, context);
  await app.register(async (scope) => registerBulkDebits(scope, context));
}

/** Ids that only this process gives, without asking for randomness each time. */
function requestIds(randomHex: string): () => string {
  const prefix = randomHex.slice(0, 12);
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}

/** When the event loop lags, new requests are turned away, but those that ask how the process is. */
async function installPressure(
  app: FastifyInstance,
  { maxEventLoopDelayMs }: Pick<AppDeps, 'maxEventLoopDelayMs'>,
): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    pressureHandler: (request) => {
      if (RESPONSIVE_PATHS.has(request.routeOptions.url ?? '')) return;
      throw new RefusedRequest(faultProblem({ code: 'overloaded', outcome: 'not-applied' }));
    },
  });
}
