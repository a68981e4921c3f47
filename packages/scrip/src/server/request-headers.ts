import type { FastifyRequest } from 'fastify';
import { RefusedRequest } from './problem.ts';
import { isChangeId } from './read/text.ts';

/**
 * How often a header was sent. Node joins or drops repeated headers, so that only the raw ones tell; `name` is
 * lower-case.
 */
export function countHeader({ raw }: Pick<FastifyRequest, 'raw'>, name: string): number {
  const { rawHeaders } = raw;
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index];
    if (header !== undefined && header.length === name.length && header.toLowerCase() === name) count += 1;
  }
  return count;
}

/** The request's Idempotency-Key, bare or as a quoted string (RFC 8941); null when there is none. */
export function readIdempotencyKey(request: FastifyRequest): string | null {
  const value = request.headers['idempotency-key'];
  if (value === undefined) return null;
  if (countHeader(request, 'idempotency-key') > 1) throw refuse('Send one Idempotency-Key.');
  const text = Array.isArray(value) ? value.join(',') : value;
  const key = text.startsWith('"') ? unquote(text) : text;
  if (key === undefined) throw refuse('The quoted key is not a string of RFC 8941.');
  if (!isChangeId(key)) throw refuse('Send 1 to 255 printable ASCII characters.');
  return key;
}

function unquote(text: string): string | undefined {
  const match = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text);
  return match?.[1]?.replaceAll(/\\(["\\])/g, '$1');
}

function refuse(detail: string): RefusedRequest {
  return new RefusedRequest({ code: 'idempotency-key-invalid', detail });
}
