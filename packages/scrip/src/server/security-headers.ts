import helmet from '@fastify/helmet';
import { fastify } from 'fastify';

/**
 * The headers that helmet sets for an API that serves no page. They are the same on every reply, and helmet would work
 * them out for each: it is asked once.
 */
export async function securityHeaders(): Promise<Readonly<Record<string, string>>> {
  const app = fastify({ logger: false });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // These speak of pages, downloads and other origins' windows: a JSON reply has none.
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  app.get('/', async () => null);
  const { headers } = await app.inject('/');
  await app.close();
  const names = [
    'content-security-policy',
    'cross-origin-resource-policy',
    'referrer-policy',
    'strict-transport-security',
    'x-content-type-options',
    'x-frame-options',
  ];
  const set = names.map((name) => [name, String(headers[name])]);
  // Balances change, and some replies hold a secret.
  return { ...Object.fromEntries(set), 'cache-control': 'no-store' };
}
