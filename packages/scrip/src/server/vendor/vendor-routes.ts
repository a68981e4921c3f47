import type { DialectName, Refusal, Reply } from '@scrip/dialects';
import { dialectNames, dialects } from '@scrip/dialects';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../ledger/answer.ts';
import { whenAnswered } from '../../ledger/answer.ts';
import { sendInTurn } from '../reply-turn.ts';
import { oceanRoutes } from './ocean.ts';
import { readTarget } from './request-target.ts';
import { supertoneRoutes } from './supertone.ts';
import type { VendorDeps, VendorRoute } from './vendor-read.ts';
import { readAccount } from './vendor-read.ts';
import { sendVendorReply, vendorRefusal } from './vendor-refusal.ts';
import { voicePartnerRoutes } from './voice-partner.ts';
import { voxpriaRoutes } from './voxpria.ts';

const ROUTES: readonly VendorRoute[] = [
  ...voicePartnerRoutes,
  ...supertoneRoutes,
  ...voxpriaRoutes,
  ...oceanRoutes,
];

/** A vendor's routes take these; Fastify answers HEAD as GET without the body. */
const ALLOWED = ['GET', 'HEAD'] as const;

/**
 * Registers the documented routes of all vendors, and takes every other path and method below their prefixes, so that
 * whatever is answered there has the vendor's shape. Paths and queries are read from the raw address: a parameter that
 * was sent twice is never taken for one. What is thrown is left to the app's error handler, which answers by `vendorOf`.
 */
export async function registerVendorRoutes(app: FastifyInstance, deps: VendorDeps): Promise<void> {
  await app.register(async (scope) => {
    // The routes read their requests themselves, and send bodies that are ready.
    scope.setValidatorCompiler(() => () => true);
    for (const route of ROUTES) registerRoute(scope, route, deps);
    for (const vendor of dialectNames)
      for (const prefix of dialects[vendor].prefixes) registerPrefix(scope, { vendor, prefix }, deps);
  });
}

function registerRoute(scope: FastifyInstance, route: VendorRoute, deps: VendorDeps): void {
  const { path, summary } = route;
  scope.get(path, { schema: { summary, tags: ['Vendor dialects'] } }, (request, reply) =>
    sendInTurn(reply, answer(route, request, deps), (answered) => void sendVendorReply(reply, answered)),
  );
}

/** What no documented route takes: before a body is read, so that a wrong method is told whatever it brings. */
function registerPrefix(
  scope: FastifyInstance,
  { vendor, prefix }: { readonly vendor: DialectName; readonly prefix: string },
  deps: VendorDeps,
): void {
  const answerRest = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const route = routeAt(vendor, request.raw.url ?? '');
    const isAllowed = ALLOWED.some((method) => method === request.method);
    if (route !== null && isAllowed) return sendVendorReply(reply, await answer(route, request, deps));
    return sendVendorReply(reply, vendorRefusal(vendor, vendorMiss(vendor, request, deps), request));
  };
  scope.route({
    method: scope.supportedMethods,
    url: `${prefix}*`,
    schema: { hide: true },
    onRequest: answerRest,
    handler: answerRest,
  });
}

function answer(route: VendorRoute, request: FastifyRequest, deps: VendorDeps): Answer<Reply> {
  const { vendor } = route;
  if (!deps.settings.dialects[vendor].enabled) return vendorRefusal(vendor, { code: 'not-found' }, request);
  const target = readTarget(request.raw.url ?? '');
  return whenAnswered(readAccount(vendor, { request, target }, deps), (read) => {
    if (!read.ok) return vendorRefusal(vendor, read.refusal, request);
    return whenAnswered(route.answer({ account: read.account, query: target.query, deps }), (answered) =>
      answered.ok ? answered.reply : vendorRefusal(vendor, answered.refusal, request),
    );
  });
}

/**
 * Why nothing answers here: no such path, or (with the methods to use) not with this method. Also for methods that the
 * router does not know, which only a not-found handler sees.
 */
export function vendorMiss(
  vendor: DialectName,
  { method, raw }: Pick<FastifyRequest, 'method' | 'raw'>,
  { settings }: Pick<VendorDeps, 'settings'>,
): Refusal {
  const isServed = settings.dialects[vendor].enabled && routeAt(vendor, raw.url ?? '') !== null;
  if (!isServed || ALLOWED.some((allowed) => allowed === method)) return { code: 'not-found' };
  return { code: 'method-not-allowed', allow: ALLOWED };
}

/** The documented route that an address names, whatever the method. */
function routeAt(vendor: DialectName, url: string): VendorRoute | null {
  const { segments } = readTarget(url);
  if (segments === null) return null;
  const isAt = ({ path }: VendorRoute) => {
    const parts = path.split('/').slice(1);
    return (
      parts.length === segments.length &&
      parts.every((part, index) => part.startsWith(':') || part === segments[index])
    );
  };
  return ROUTES.find((route) => route.vendor === vendor && isAt(route)) ?? null;
}
