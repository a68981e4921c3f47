import {
  AuthenticationError,
  type ClientError,
  type ClientErrorMembers,
  ConflictError,
  DecodeError,
  InsufficientCreditsError,
  InvalidRequestError,
  NotFoundError,
  RateLimitError,
  ServerError,
} from './client-error.ts';
import { membersOf } from './refusal-error.ts';
import { readRetryAfterSeconds } from './retry.ts';
import type { Problem } from './scrip-replies.ts';
import type { Received } from './transport.ts';

/** The error that a reply of Scrip's own API comes to that does not say yes. */
export function problemError(received: Received): ClientError {
  const { status, headers, body } = received.safeReply;
  const members = {
    ...membersOf(received, 'scrip'),
    retryAfterSeconds: readRetryAfterSeconds(headers, received.receivedAtMs),
  };
  const problem = parseProblem(body);
  return problem === null ? foreignError(status, members) : errorOf(problem, status, members);
}

type Members = Omit<ClientErrorMembers, 'code'>;

function errorOf(problem: Problem, status: number, base: Members): ClientError {
  const { code, title, detail, errors = [] } = problem;
  const members = { ...base, code };
  const issues = errors.map((error) => ({ at: error.pointer, message: error.detail }));
  const words = issues.length === 0 ? detail : issues.map(({ at, message }) => `${at} ${message}`).join('; ');
  const message = `${title}. ${words}`;
  if (status >= 500) {
    const outcome = problem['outcome'] === 'not-applied' ? 'not-applied' : 'unknown';
    return new ServerError(message, { ...members, outcome });
  }
  if (status === 401 || status === 403) return new AuthenticationError(message, members);
  if (status === 402) return new InsufficientCreditsError(message, { ...members, ...shortageOf(problem) });
  if (status === 404) return new NotFoundError(message, members);
  if (status === 409 || code === 'idempotency-mismatch') return new ConflictError(message, members);
  if (status === 429) return new RateLimitError(message, members);
  return new InvalidRequestError(message, { ...members, issues });
}

function shortageOf(problem: Problem) {
  const text = (name: string) => (typeof problem[name] === 'string' ? problem[name] : null);
  const reason = problem['reason'] === 'holds' ? 'holds' : 'balance';
  return {
    pool: text('pool'),
    required: text('required'),
    available: text('available'),
    settled: text('settled'),
    held: text('held'),
    reason,
  } as const;
}

/** What stands at the address is not Scrip, or something between here and there has answered for it. */
function foreignError(status: number, members: Members): ClientError {
  const text = `What answered with status ${status} is not Scrip. Check the address.`;
  if (status >= 500) return new ServerError(text, { ...members, code: 'not-scrip', outcome: 'unknown' });
  if (status === 429) return new RateLimitError(text, { ...members, code: 'not-scrip' });
  // What is no refusal may be somebody's reply in place of Scrip's own.
  const outcome = status < 400 ? 'unknown' : 'not-applied';
  return new DecodeError(text, { ...members, code: 'not-scrip', at: '', outcome });
}

/** The problem in a reply's text; null when it holds none. */
function parseProblem(text: string): Problem | null {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null;
    const isProblem =
      typeof value === 'object' &&
      typeof value?.code === 'string' &&
      typeof value.title === 'string' &&
      typeof value.detail === 'string' &&
      (value.errors === undefined || Array.isArray(value.errors));
    return isProblem ? (value as Problem) : null;
  } catch {
    return null;
  }
}
