import { countNumber, elementsOf, type JsonValue, memberOf, microsOf, textOf } from '../json.ts';
import { readRateLimitHeaders, retryAfterHeader } from '../rate-limit-headers.ts';
import {
  describeProblems,
  invalidRequestStatus,
  type Refusal,
  refusalCodeOfStatus,
  type VendorRefusal,
} from '../refusal.ts';
import { jsonReply, type ReceivedReply, type Reply } from '../reply.ts';

const noUser = 'No user found';

/**
 * The vendor's answer to a refused request. 401, 404 and 500 stand in the route's own document, 402, 403 and 429
 * elsewhere in its documentation; the envelope on this route, 404 for a closed account, and the rest are our
 * choice. Wrong values are a 400, as in other services of this make.
 */
export function encodeRefusal(refusal: Refusal): Reply {
  switch (refusal.code) {
    case 'credential-missing':
    case 'credential-unknown':
      return envelope(401, 'Invalid API Key');
    case 'credential-conflicting':
      return envelope(400, 'The API key is given more than once');
    case 'account-closed':
      return envelope(404, noUser);
    case 'forbidden':
      return envelope(403, 'Forbidden');
    case 'not-found':
      return envelope(404, 'Not Found');
    case 'method-not-allowed':
      return envelope(405, 'Method Not Allowed', { allow: refusal.allow.join(', ') });
    case 'bad-url':
      return envelope(400, 'Bad URL');
    case 'bad-request':
      return envelope(refusal.status, refusal.message);
    case 'invalid-request': {
      const status = invalidRequestStatus(refusal, 400);
      return envelope(status, describeProblems(refusal.problems, 'Invalid request'));
    }
    case 'insufficient-credits':
      return envelope(402, 'Not enough credits');
    case 'rate-limited':
      return envelope(429, 'rate limit exceeded', retryAfterHeader(refusal.retryAfterSeconds));
    case 'conflict':
      return envelope(refusal.status, refusal.message);
    case 'internal':
      return envelope(500, 'Failed with credit system.');
    case 'unavailable':
      return envelope(503, 'Service Unavailable', retryAfterHeader(refusal.retryAfterSeconds));
  }
}

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function envelope(status: number, message: string, headers: Record<string, string> = {}): Reply {
  const error = reasonPhrases[status] ?? 'Error';
  return jsonReply(
    status,
    { status: 'error', message: { message, error, statusCode: countNumber(status) } },
    headers,
  );
}

/** Whether a body is an error's, for replies with a good status. */
export function isError(body: JsonValue): boolean {
  return memberOf(body, 'status') === 'error';
}

/**
 * Reads a refusal: the envelope, or its inside alone, with `statusCode` or `status_code`. The HTTP status
 * decides, and the one in the body where the HTTP status is a good one.
 */
export function decodeRefusal(reply: ReceivedReply, body: JsonValue | undefined): VendorRefusal {
  const outer = memberOf(body, 'message');
  const inner = memberOf(outer, 'message') === undefined ? body : outer;
  const message = messageOf(memberOf(inner, 'message'));
  const statusInBody = microsOf(memberOf(inner, 'statusCode') ?? memberOf(inner, 'status_code'));
  const status = reply.status >= 400 ? reply.status : Number((statusInBody ?? 0n) / 1_000_000n);
  const isClosedAccount = status === 404 && message !== null && /no user|user not found/i.test(message);
  return {
    code: isClosedAccount ? 'account-closed' : refusalCodeOfStatus(status),
    status: reply.status,
    message,
    ...readRateLimitHeaders(reply.headers),
  };
}

function messageOf(message: JsonValue | undefined): string | null {
  const lines = elementsOf(message)
    .map(textOf)
    .filter((line) => line !== null);
  return lines.length > 0 ? lines.join('; ') : textOf(message);
}
