import { countNumber, elementsOf, isArray, type JsonValue, memberOf, textOf } from '../json.ts';
import { readRateLimitHeaders, retryAfterHeader } from '../rate-limit-headers.ts';
import {
  describeProblems,
  invalidRequestStatus,
  type Problem,
  type Refusal,
  refusalCodeOfStatus,
  type VendorRefusal,
} from '../refusal.ts';
import { jsonReply, type ReceivedReply, type Reply } from '../reply.ts';

const conflictingTokens = 'Conflicting API tokens provided in query parameters and headers';
const missingToken = 'API token should be provided in headers or query parameters';
const unknownToken = 'Current API token is not registered in our database';

/**
 * The vendor's answer to a refused request. The texts of 400, 403 and of 402 for email and phone credits are the
 * vendor's, as is a 404 without a body; those of 402 for other credits, and of 405, 409, 429 and 5xx, are our
 * choice, as is that a closed account's key is an unknown key. Wrong values and bodies that are no JSON are a
 * 422, the vendor's only reply with a list.
 */
export function encodeRefusal(refusal: Refusal): Reply {
  switch (refusal.code) {
    case 'credential-missing':
      return detail(403, missingToken);
    case 'credential-unknown':
    case 'account-closed':
      return detail(403, unknownToken);
    case 'credential-conflicting':
      return detail(400, conflictingTokens);
    case 'forbidden':
      return detail(403, 'Forbidden');
    case 'not-found':
      return { status: 404, headers: {}, body: '' };
    case 'method-not-allowed':
      return detail(405, 'Method Not Allowed', { allow: refusal.allow.join(', ') });
    case 'bad-url':
      return detail(400, 'Bad URL');
    case 'bad-request':
      return detail(refusal.status, refusal.message);
    case 'invalid-request':
      return invalidRequest(refusal);
    case 'insufficient-credits':
      return detail(402, insufficiencyOf(refusal));
    case 'rate-limited':
      return detail(429, 'Rate limit exceeded. Please try again later.', {
        'x-ratelimit-limit': String(refusal.limit),
        ...retryAfterHeader(refusal.retryAfterSeconds),
      });
    case 'conflict':
      return conflict(refusal);
    case 'internal':
      return detail(500, 'Internal Server Error');
    case 'unavailable':
      return detail(503, 'Service Unavailable', retryAfterHeader(refusal.retryAfterSeconds));
  }
}

function detail(status: number, text: string, headers: Record<string, string> = {}): Reply {
  return jsonReply(status, { detail: text }, headers);
}

/** A 422 has the vendor's list; what it complains of then is the id that the change was sent under. */
function conflict({ status, message }: Extract<Refusal, { code: 'conflict' }>): Reply {
  if (status !== 422) return detail(status, message);
  return jsonReply(status, {
    detail: [{ loc: ['header', 'idempotency-key'], msg: message, type: 'conflict' }],
  });
}

function insufficiencyOf({ pool, reason }: Extract<Refusal, { code: 'insufficient-credits' }>): string {
  const isVerified = pool === 'email' || pool === 'phone';
  if (reason === 'balance') return isVerified ? `Insufficient ${pool} credits` : 'Insufficient credits';
  const [work, credits] = isVerified ? [`${pool} verifications`, `${pool} credits`] : ['requests', 'credits'];
  return `Some ${work} are already in progress and might use all your remaining ${credits}. Please try again later.`;
}

function invalidRequest(refusal: Extract<Refusal, { code: 'invalid-request' }>): Reply {
  const status = invalidRequestStatus(refusal, 422);
  if (status !== 422) return detail(status, describeProblems(refusal.problems, 'Invalid request'));
  const problems = refusal.problems.map(({ in: place, path, message, type }) => ({
    loc: [place, ...path.map((part) => (typeof part === 'number' ? countNumber(part) : part))],
    msg: message,
    type,
  }));
  return jsonReply(422, { detail: problems });
}

/**
 * Reads a refusal by its sentence, and by the status where the sentence is unknown. 401 has been seen for 403,
 * and `Invalid API token` for the sentence about an unknown token.
 */
export function decodeRefusal(reply: ReceivedReply, body: JsonValue | undefined): VendorRefusal {
  const wireDetail = memberOf(body, 'detail');
  const sentence = textOf(wireDetail);
  const wireProblems = elementsOf(wireDetail);
  const problems = wireProblems.map(problemOf);
  const listed = wireProblems.length === 0 ? null : wireProblems.map(describeProblem).join('; ');
  return {
    ...kindOf(reply.status, sentence ?? ''),
    status: reply.status,
    message: sentence ?? listed,
    ...(isArray(wireDetail) ? { problems } : {}),
    ...readRateLimitHeaders(reply.headers),
  };
}

function kindOf(status: number, sentence: string): Pick<VendorRefusal, 'code' | 'pool' | 'reason'> {
  if (status === 402) {
    const named = /\b(email|phone) credits/i.exec(sentence)?.[1]?.toLowerCase();
    const reason = /in progress/i.test(sentence) ? 'holds' : 'balance';
    return { code: 'insufficient-credits', pool: named ?? 'standard', reason };
  }
  if (status === 400 && /conflicting api tokens/i.test(sentence)) return { code: 'credential-conflicting' };
  if (status === 401 || status === 403) {
    if (/should be provided/i.test(sentence)) return { code: 'credential-missing' };
    if (/not registered|invalid api token/i.test(sentence)) return { code: 'credential-unknown' };
  }
  return { code: refusalCodeOfStatus(status) };
}

function problemOf(problem: JsonValue): Problem {
  const parts = placeOf(problem);
  const place = parts[0];
  const isPlace = place === 'query' || place === 'header' || place === 'path' || place === 'body';
  return {
    in: isPlace ? place : 'body',
    path: isPlace ? parts.slice(1) : parts,
    message: sentenceOf(problem),
    type: textOf(memberOf(problem, 'type')) ?? 'invalid',
  };
}

function describeProblem(problem: JsonValue): string {
  return `${placeOf(problem).join('.')}: ${sentenceOf(problem)}`;
}

function placeOf(problem: JsonValue): (string | number)[] {
  return elementsOf(memberOf(problem, 'loc')).map((part) =>
    typeof part === 'string' ? part : Number(textOf(part) ?? 0),
  );
}

function sentenceOf(problem: JsonValue): string {
  return textOf(memberOf(problem, 'msg')) ?? '';
}
