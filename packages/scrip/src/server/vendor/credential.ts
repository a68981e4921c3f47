import type { CredentialPlace, DialectName, Refusal } from '@scrip/dialects';
import { dialects } from '@scrip/dialects';
import type { FastifyRequest } from 'fastify';
import { countHeader } from '../request-headers.ts';
import type { RequestTarget } from './request-target.ts';
import { parameterValues, singleParameter } from './request-target.ts';

/**
 * The key of a request, from the places where the vendor's clients put it. More than one, in one place or in two, equal
 * or not, is a conflict: which one was meant would be a guess.
 */
export function readCredential(
  vendor: DialectName,
  request: Pick<FastifyRequest, 'raw' | 'headers'>,
  target: RequestTarget,
): { readonly ok: true; readonly secret: string } | { readonly ok: false; readonly refusal: Refusal } {
  const found: string[] = [];
  for (const place of dialects[vendor].credential.places) addValues(found, place, { request, target });
  if (found.length > 1) return { ok: false, refusal: { code: 'credential-conflicting' } };
  const [secret = ''] = found;
  if (secret === '') return { ok: false, refusal: { code: 'credential-missing' } };
  return { ok: true, secret };
}

function addValues(
  found: string[],
  place: CredentialPlace,
  {
    request: { raw, headers },
    target,
  }: { readonly request: Pick<FastifyRequest, 'raw' | 'headers'>; readonly target: RequestTarget },
): void {
  switch (place.in) {
    case 'path': {
      const segment = target.segments?.[place.after.split('/').length - 2] ?? '';
      if (segment !== '') found.push(segment);
      return;
    }
    case 'query': {
      const { query } = target;
      if (query.size === 0) return;
      found.push(...parameterValues(query, place.name));
      // An array stands for more than one, whatever it holds.
      if (!singleParameter(query, place.name).isOnce) found.push('');
      return;
    }
    case 'header':
      if (headers[place.name] !== undefined) addHeaderValues(found, place, { raw, headers });
  }
}

function addHeaderValues(
  found: string[],
  { name, scheme }: Extract<CredentialPlace, { in: 'header' }>,
  { raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>,
): void {
  const sent = String(headers[name]);
  const value = scheme === undefined ? sent : readScheme(scheme, sent);
  const count = countHeader({ raw }, name);
  // A header of another scheme holds no key of this vendor's. Of repeated ones Node shows the first alone.
  if (scheme !== undefined && value === null && (count === 1 || !isSchemeSent(raw, { name, scheme }))) return;
  // Node joins or drops repeated headers: of those, only how many there are is of use.
  for (let left = count; left > 0; left -= 1) found.push(value ?? '');
}

/** What follows the scheme; null where it is another. */
function readScheme(scheme: string, value: string): string | null {
  const [sent = '', ...rest] = value.split(' ');
  return sent.toLowerCase() === scheme.toLowerCase() ? rest.join(' ').trim() : null;
}

function isSchemeSent(
  { rawHeaders }: FastifyRequest['raw'],
  { name, scheme }: { readonly name: string; readonly scheme: string },
): boolean {
  return rawHeaders.some(
    (value, index) =>
      index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name && readScheme(scheme, value) !== null,
  );
}
