import type { Problem, Unreadable, VendorRefusal } from '@scrip/dialects';
import type { Service } from './balance.ts';
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
import { readRetryAfterSeconds } from './retry.ts';
import type { Received } from './transport.ts';

const LONGEST_WORDS = 500;

interface Asked {
  readonly service: Service;
  readonly label: string;
}

/** The error that a vendor's refusal comes to. It must have been read from the reply without the key. */
export function refusalError(
  refusal: VendorRefusal,
  received: Received,
  { service, label }: Asked,
): ClientError {
  const { code, message } = refusal;
  const words =
    message === null || message === '' ? `status ${refusal.status}` : message.slice(0, LONGEST_WORDS);
  const members: ClientErrorMembers = {
    ...membersOf(received, service),
    code,
    retryAfterSeconds: retryAfterSecondsOf(refusal, received),
  };
  switch (code) {
    case 'credential-missing':
    case 'credential-unknown':
    case 'credential-conflicting':
    case 'account-closed':
    case 'forbidden':
      return new AuthenticationError(`${label} refused the key: ${words}`, members);
    case 'rate-limited':
      return new RateLimitError(`${label} takes no more requests now: ${words}`, {
        ...members,
        limit: refusal.limit,
      });
    case 'insufficient-credits':
      return new InsufficientCreditsError(`${label}: not enough credits: ${words}`, {
        ...members,
        pool: refusal.pool ?? null,
        reason: refusal.reason ?? null,
      });
    case 'not-found':
      return new NotFoundError(`${label} has nothing at this address: ${words}`, members);
    case 'conflict':
      return new ConflictError(`${label} refused: ${words}`, members);
    case 'internal':
    case 'unavailable':
      return new ServerError(`${label} has a fault: ${words}`, { ...members, outcome: 'unknown' });
    case 'invalid-request':
    case 'bad-url':
    case 'bad-request':
    case 'method-not-allowed':
    case 'unrecognised':
      if (refusal.status >= 500)
        return new ServerError(`${label} has a fault: ${words}`, { ...members, outcome: 'unknown' });
      return new InvalidRequestError(`${label} refused the request: ${words}`, {
        ...members,
        issues: (refusal.problems ?? []).map(issueOf),
      });
  }
}

/** What an error tells of the reply that it was made from. */
export function membersOf(
  { safeReply, requestId }: Received,
  service: Service,
): Omit<ClientErrorMembers, 'code'> {
  return { service, status: safeReply.status, requestId, reply: safeReply };
}

/** A limit's own reset where there is no `Retry-After`. */
function retryAfterSecondsOf(
  { retryAfterSeconds, resetAtMs, code }: VendorRefusal,
  { safeReply: { headers }, receivedAtMs }: Received,
): number | undefined {
  const asked = readRetryAfterSeconds(headers, receivedAtMs);
  // Many services tell of their limits with every reply: a fault does not last until they begin anew.
  if (asked !== undefined || code !== 'rate-limited') return asked;
  if (retryAfterSeconds !== undefined || resetAtMs === undefined) return retryAfterSeconds;
  return Math.max(0, Math.ceil((resetAtMs - receivedAtMs) / 1000));
}

function issueOf({ in: place, path, message }: Problem) {
  return { at: [place, ...path].join('.'), message };
}

/** What is wrong with a reply that is neither an answer nor a refusal, and where. Nothing of it is repeated. */
export function decodeError(
  unreadable: Unreadable,
  received: Received,
  { service, label }: Asked,
): DecodeError {
  const { code, at } = unreadable;
  return new DecodeError(`${label}'s reply ${describe(unreadable, received.safeReply.body)}.`, {
    ...membersOf(received, service),
    code,
    at,
  });
}

function describe({ code, at, status }: Unreadable, body: string): string {
  switch (code) {
    case 'unexpected-status':
      return `has status ${status}, which says neither yes nor no`;
    case 'empty-body':
      return `with status ${status} is empty`;
    case 'html':
      return `with status ${status} is a web page`;
    case 'malformed':
      return `with status ${status} cannot be parsed: it is ${body.length} characters long, and may be cut off`;
    case 'member-missing':
      return `has no "${at}"`;
    case 'member-odd':
      return `is odd at "${at}": ${describeMember(body, at)} stands there`;
  }
}

/** The kind of value at a place such as `data.usage[3]`, without the value. */
function describeMember(body: string, at: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return 'something else';
  }
  for (const step of at.split(/[.[\]]+/).filter((part) => part !== ''))
    value = (value as Record<string, unknown> | null | undefined)?.[step];
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object that is not as expected';
  if (typeof value === 'string') return 'a text that is not as expected';
  return value === undefined ? 'something else' : `a ${typeof value} that is not as expected`;
}
