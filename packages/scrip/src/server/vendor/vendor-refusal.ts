import type { IncomingHttpHeaders } from 'node:http';
import type { DialectName, Refusal, Reply } from '@scrip/dialects';
import { dialects, voicepartner } from '@scrip/dialects';
import type { FastifyReply } from 'fastify';
import { readTarget, singleParameter } from './request-target.ts';

/** The parts of a request that a vendor's refusal depends on; a request line that could not be parsed has only those. */
export interface RefusedVendorRequest {
  readonly url: string;
  readonly headers: Pick<IncomingHttpHeaders, 'accept-language'>;
}

/**
 * A refusal in a vendor's own status, content type and words: Voice Partner's in the language and the format that the
 * request asks for. Nothing of the request's address is repeated.
 */
export function vendorRefusal(vendor: DialectName, refusal: Refusal, request: RefusedVendorRequest): Reply {
  const reply = encodeRefusal(vendor, refusal, request);
  if (refusal.code !== 'rate-limited' || refusal.policy === undefined) return reply;
  // Beside the vendor's own headers, those that are becoming the standard (draft-ietf-httpapi-ratelimit-headers-11).
  const { limit, remaining, retryAfterSeconds, policy } = refusal;
  const headers = {
    'ratelimit-policy': `"${policy.name}";q=${limit};w=${policy.windowSeconds}`,
    ratelimit: `"${policy.name}";r=${Math.max(0, remaining)};t=${retryAfterSeconds}`,
  };
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

function encodeRefusal(vendor: DialectName, refusal: Refusal, request: RefusedVendorRequest): Reply {
  if (vendor !== 'voicepartner') return dialects[vendor].encodeRefusal(refusal);
  const { value, isOnce } = singleParameter(readTarget(request.url).query, voicepartner.formatParameter);
  return voicepartner.encodeRefusal(refusal, {
    language: voicepartner.preferredLanguage(request.headers['accept-language']),
    format: (isOnce ? voicepartner.readFormat(value) : null) ?? 'json',
  });
}

/** Sends a vendor's reply as it stands. */
export function sendVendorReply(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  reply.code(status).headers(headers).header('cache-control', 'no-store');
  // An empty text would be given a content type.
  return reply.send(body === '' ? undefined : body);
}
