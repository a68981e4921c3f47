import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Problem } from './problem.ts';

interface KnownRoute {
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/** Tells a path that nobody serves (404) from a method that a served path does not take (405). */
export function installNotFound(app: FastifyInstance): (request: FastifyRequest) => Problem {
  const routes = new Map<string, KnownRoute>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = routes.get(url) ?? { segments: url.split('/'), methods: new Set<string>() };
    for (const one of [method].flat()) known.methods.add(one);
    routes.set(url, known);
  });
  return (request) => {
    const segments = (request.raw.url ?? '').replace(/[?#].*$/s, '').split('/');
    const methods = new Set<string>();
    for (const route of routes.values())
      if (matches(route.segments, segments)) for (const method of route.methods) methods.add(method);
    if (methods.size === 0)
      return { code: 'not-found', detail: 'Look at GET /openapi.json for what there is.' };
    const allow = [...methods].toSorted().join(', ');
    return { code: 'method-not-allowed', detail: `Use one of ${allow}.`, headers: { allow } };
  };
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]))
  );
}
