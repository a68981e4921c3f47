import type { Service } from './balance.ts';

/** Whether a change happened: `unknown` where only the same call with the same id (`changeId`) can tell. */
export type Outcome = 'not-applied' | 'unknown';

/** A reply that is an error, fit to be passed on. No key, no cookie and nothing of the connection stands in it. */
export interface ErrorReply {
  readonly status: number;
  /** Names are lower-case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface ClientErrorMembers {
  readonly code: string;
  readonly service: Service;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly reply?: ErrorReply | undefined;
  readonly cause?: unknown;
}

/** What every error of this package is. No key stands in any part of it. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
  /** Stable, for programs: `credential-unknown`, `timed-out`, `member-missing`. */
  readonly code: string;
  readonly service: Service;
  /** The HTTP status; null where no reply came. */
  readonly status: number | null;
  /** The id that the service gave the request; null where it gave none. */
  readonly requestId: string | null;
  /** Of a change: whether it may have happened all the same. */
  outcome: Outcome;
  /** How long the service asks to wait; null where it does not say. */
  readonly retryAfterSeconds: number | null;
  /** How often the request was sent. */
  tries = 1;
  /** The id that the change was sent under, to repeat it by; null where it had none. */
  changeId: string | null = null;
  /** Of `debitMany`: the ids of the lines, in their order; null otherwise. */
  lineIds: readonly string[] | null = null;
  /** The whole reply; null where none came. */
  readonly reply: ErrorReply | null;
  /** Whether the same call can succeed later by itself. */
  readonly retryable: boolean = false;

  constructor(message: string, members: ClientErrorMembers) {
    super(message, members.cause === undefined ? undefined : { cause: members.cause });
    this.code = members.code;
    this.service = members.service;
    this.status = members.status ?? null;
    this.requestId = members.requestId ?? null;
    this.outcome = members.outcome ?? 'not-applied';
    this.retryAfterSeconds = members.retryAfterSeconds ?? null;
    this.reply = members.reply ?? null;
    // Whoever logs an error does not want a page of headers, nor ten thousand ids.
    Object.defineProperty(this, 'reply', { enumerable: false });
    Object.defineProperty(this, 'lineIds', { enumerable: false });
  }
}

/** An option, an environment variable or an argument cannot be used: nothing was sent. */
export class ConfigurationError extends ClientError {
  override readonly name = 'ConfigurationError';
}

/** The key is missing, unknown, revoked, sent twice, or may not do this (`forbidden`). */
export class AuthenticationError extends ClientError {
  override readonly name = 'AuthenticationError';
}

/** Too many requests; `retryAfterSeconds` says how long to wait, where it is known. */
export class RateLimitError extends ClientError {
  override readonly name = 'RateLimitError';
  override readonly retryable = true;
  /** The requests that are allowed in a window. */
  readonly limit: number | null;

  constructor(message: string, members: ClientErrorMembers & { readonly limit?: number | undefined }) {
    super(message, members);
    this.limit = members.limit ?? null;
  }
}

/** What a refusal says about the credits that are short; null where it does not say. */
export interface Shortage {
  readonly pool: string | null;
  /** `holds`: the settled credits would do. */
  readonly reason: 'balance' | 'holds' | null;
  readonly required: string | null;
  readonly available: string | null;
  readonly settled: string | null;
  readonly held: string | null;
}

/** There are not enough credits; nothing was changed. */
export class InsufficientCreditsError extends ClientError implements Shortage {
  override readonly name = 'InsufficientCreditsError';
  readonly pool: string | null;
  readonly reason: 'balance' | 'holds' | null;
  readonly required: string | null;
  readonly available: string | null;
  readonly settled: string | null;
  readonly held: string | null;

  constructor(message: string, members: ClientErrorMembers & Partial<Shortage>) {
    super(message, members);
    this.pool = members.pool ?? null;
    this.reason = members.reason ?? null;
    this.required = members.required ?? null;
    this.available = members.available ?? null;
    this.settled = members.settled ?? null;
    this.held = members.held ?? null;
  }
}

export class NotFoundError extends ClientError {
  override readonly name = 'NotFoundError';
}

/** The state of things forbids it: an id used for another command, a hold that is resolved, a closed account. */
export class ConflictError extends ClientError {
  override readonly name = 'ConflictError';
}

/** One thing wrong with a request: `at` is where, such as `/quantity` or `?start`. */
export interface Issue {
  readonly at: string;
  readonly message: string;
}

/** The request has wrong values; `issues` lists them where the service does. */
export class InvalidRequestError extends ClientError {
  override readonly name = 'InvalidRequestError';
  readonly issues: readonly Issue[];

  constructor(message: string, members: ClientErrorMembers & { readonly issues?: readonly Issue[] }) {
    super(message, members);
    this.issues = members.issues ?? [];
  }
}

/** The service broke (5xx). */
export class ServerError extends ClientError {
  override readonly name = 'ServerError';
  override readonly retryable = true;
}

/** No whole reply came within `timeoutMs`. */
export class TimeoutError extends ClientError {
  override readonly name = 'TimeoutError';
  override readonly retryable = true;
}

/** The connection was not made (`unreachable`), or broke (`connection-broken`). */
export class ConnectionError extends ClientError {
  override readonly name = 'ConnectionError';
  override readonly retryable = true;
}

/** The service redirects to another origin, too often, or a change at all: nothing more was sent. */
export class RedirectError extends ClientError {
  override readonly name = 'RedirectError';
}

/** The reply is neither an answer nor a refusal; `at` is the member that is missing or odd, empty for all of it. */
export class DecodeError extends ClientError {
  override readonly name = 'DecodeError';
  readonly at: string;

  constructor(message: string, members: ClientErrorMembers & { readonly at: string }) {
    super(message, members);
    this.at = members.at;
  }
}

/**
 * Whether a refusal answers for earlier tries of the same change too: one that the ledger made after it had looked for the
 * id, for had one of them happened, it would have been replayed. Whatever was said before that, or on the way, does not.
 */
export function answersForEarlierTries(error: ClientError): boolean {
  if (error instanceof InvalidRequestError) return error.status === 422;
  return (
    error instanceof InsufficientCreditsError ||
    error instanceof ConflictError ||
    error instanceof NotFoundError
  );
}
