import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unsupportedType } from './error-problem.ts';
import { invalidRequest, RefusedRequest } from './problem.ts';
import { readJson } from './read/json.ts';

/** Room for the largest metadata by far. */
export const BODY_LIMIT_BYTES = 64 * 1024;
/** Of a body that lists up to 1,000 things: actions of a rate card, lines of a quote. */
export const LIST_LIMIT_BYTES = 1024 * 1024;

const JSON_SUFFIX = /^application\/[\w.-]+\+json(?:;|$)/i;

/** Only JSON comes in; anything else, or a body that does not say what it is, is a 415. */
export function installBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  for (const type of ['application/json', JSON_SUFFIX])
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      try {
        refuseCoding(request);
        done(null, readObject(body));
      } catch (error) {
        done(error as Error);
      }
    });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    // Some clients announce a body of no length and of no type.
    done(body.length === 0 ? null : new RefusedRequest(unsupportedType()), undefined);
  });
}

/** Throws `RefusedRequest`: a compressed body would be read as one that is no JSON, or no UTF-8. */
export function refuseCoding({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const coding = headers['content-encoding'] ?? '';
  // Node takes away the last coding of a transfer only.
  const transfer = headers['transfer-encoding'] ?? 'chunked';
  if (['', 'identity'].includes(coding.toLowerCase()) && transfer.toLowerCase() === 'chunked') return;
  throw new RefusedRequest({
    code: 'unsupported-media-type',
    detail: 'Send the body as it is, chunked or not: no other coding is read.',
    headers: { 'accept-encoding': 'identity' },
  });
}

function readObject(body: Buffer): unknown {
  const value = readJson(body);
  // To a validator, null would look like no body at all.
  if (value === null)
    throw new RefusedRequest(invalidRequest([{ pointer: '', detail: 'must be an object.' }]));
  return value;
}
