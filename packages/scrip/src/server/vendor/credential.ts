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
  const found = dialects[vendor].credential.places.flatMap((place) => valuesAt(place, request, target));
  if (found.length > 1) return { ok: false, refusal: { code: 'credential-conflicting' } };
  const [secret = ''] = found;
  if (secret === '') return { ok: false, refusal: { code: 'credential-missing' } };
  return { ok: true, secret };
}

function valuesAt(
  place: CredentialPlace,
  { raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>,
  { segments, query }: RequestTarget,
): string[] {
  switch (place.in) {
    case 'path': {
      const segment = segments?.[place.after.split('/').length - 2] ?? '';
      return segment === '' ? [] : [segment];
    }
    case 'query': {
      const values = parameterValues(query, place.name);
      // An array stands for more than one, whatever it holds.
      return singleParameter(query, place.name).isOnce ? values : [...values, ''];
    }
    case 'header': {
      const count = countHeader({ raw }, place.name);
      const value = String(headers[place.name] ?? '');
      // Node joins or drops repeated headers: of those, only how many there are is of use.
      return Array.from({ length: count }, () =>
        place.scheme === undefined ? value : readScheme(place.scheme, value),
      );
    }
  }
}

function readScheme(scheme: string, value: string): string {
  const [sent = '', ...rest] = value.split(' ');
  return sent.toLowerCase() === scheme.toLowerCase() ? rest.join(' ').trim() : '';
}
