import { type JsonValue, memberOf, textOf } from '../json.ts';
import { rateLimitHeaders, readRateLimitHeaders, retryAfterHeader } from '../rate-limit-headers.ts';
import {
  describeProblems,
  invalidRequestStatus,
  type Refusal,
  type RefusalCode,
  refusalCodeOfStatus,
  type VendorRefusal,
} from '../refusal.ts';
import { jsonReply, type ReceivedReply, type Reply } from '../reply.ts';

/**
 * The vendor's answer to a refused request. It documents only that a 429 carries `X-RateLimit-*`: the body, its
 * codes and the other statuses are our choice; so is that a closed account's key is an unknown key.
 */
export function encodeRefusal(refusal: Refusal): Reply {
  switch (refusal.code) {
    case 'credential-missing':
      return failure(401, 'unauthorized', 'An API key is required');
    case 'credential-unknown':
    case 'account-closed':
      return failure(401, 'unauthorized', 'Invalid API key');
    case 'credential-conflicting':
      return failure(400, 'invalid_request', 'The API key is given more than once');
    case 'forbidden':
      return failure(403, 'forbidden', 'Access denied');
    case 'not-found':
      return failure(404, 'not_found', 'Resource not found');
    case 'method-not-allowed':
      return failure(405, 'method_not_allowed', 'Method not allowed', { allow: refusal.allow.join(', ') });
    case 'bad-url':
      return failure(400, 'invalid_request', 'Bad URL');
    case 'bad-request':
      return failure(refusal.status, 'invalid_request', refusal.message);
    case 'invalid-request': {
      const status = invalidRequestStatus(refusal, 400);
      return failure(status, 'invalid_request', describeProblems(refusal.problems, 'Invalid request'));
    }
    case 'insufficient-credits':
      return failure(402, 'insufficient_credits', 'Insufficient credits');
    case 'rate-limited':
      return failure(429, 'rate_limited', 'Rate limit exceeded', rateLimitHeaders(refusal));
    case 'conflict':
      return failure(refusal.status, 'conflict', refusal.message);
    case 'internal':
      return failure(500, 'internal_error', 'Internal error');
    case 'unavailable':
      return failure(
        503,
        'service_unavailable',
        'Service unavailable',
        retryAfterHeader(refusal.retryAfterSeconds),
      );
  }
}

function failure(status: number, code: string, message: string, headers: Record<string, string> = {}): Reply {
  return jsonReply(status, { success: false, error: { code, message } }, headers);
}

/** Whether a body is an error's, for replies with a good status. */
export function isError(body: JsonValue): boolean {
  return memberOf(body, 'success') === false;
}

const codesOfWire: ReadonlyMap<string, RefusalCode> = new Map([
  ['unauthorized', 'credential-unknown'],
  ['invalid_request', 'invalid-request'],
  ['insufficient_credits', 'insufficient-credits'],
  ['rate_limited', 'rate-limited'],
  ['not_found', 'not-found'],
  ['forbidden', 'forbidden'],
  ['method_not_allowed', 'method-not-allowed'],
  ['conflict', 'conflict'],
  ['internal_error', 'internal'],
  ['service_unavailable', 'unavailable'],
]);

/** Reads a refusal by the code in the body, and by the HTTP status where there is none; `error` may be a text. */
export function decodeRefusal(reply: ReceivedReply, body: JsonValue | undefined): VendorRefusal {
  const error = memberOf(body, 'error');
  const vendorCode = textOf(memberOf(error, 'code')) ?? textOf(memberOf(body, 'code'));
  const message = textOf(memberOf(error, 'message')) ?? textOf(error) ?? textOf(memberOf(body, 'message'));
  return {
    code: codesOfWire.get(vendorCode ?? '') ?? refusalCodeOfStatus(reply.status),
    status: reply.status,
    message,
    ...(vendorCode === null ? {} : { vendorCode }),
    ...readRateLimitHeaders(reply.headers),
  };
}
