import { setTimeout as pause } from 'node:timers/promises';
import type { ApiAccess } from '../config/api-access.ts';
import { CommandFailure } from './command-failure.ts';
import { parseProblem, problemFailure } from './problem-failure.ts';

/** One call of Scrip's own API. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The parts of the path below `/scrip/v1`, not encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** A text is sent as it is. */
  readonly body?: object | string;
  readonly contentType?: string;
  /** The id of the change: with it the call happens once at most, however often it is sent. */
  readonly id?: string;
  /** What sending it does, where no id says it: nothing; or the same whether it is sent once or twice. */
  readonly effect?: 'none' | 'repeatable';
}

export interface ApiReply<T> {
  readonly value: T;
  /** The reply as it was sent. */
  readonly text: string;
  /** The id was used before for the same command: this is the first outcome. */
  readonly replayed: boolean;
}

export interface ApiClient {
  /** Throws `CommandFailure` for everything but a reply that says yes. */
  readonly call: <T>(call: ApiCall) => Promise<ApiReply<T>>;
}

export interface ApiClientOptions extends ApiAccess {
  readonly timeoutMs?: number;
  /** Before each further try; their number is the number of further tries. */
  readonly pausesMs?: readonly number[];
}

const TIMEOUT_MS = 35_000;
const PAUSES_MS = [250, 1000];

/** Asks a running Scrip. What broke on the way is tried again where that is safe; the key is never shown. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const { url, key, timeoutMs = TIMEOUT_MS, pausesMs = PAUSES_MS } = options;
  const call = async <T>(wanted: ApiCall): Promise<ApiReply<T>> => {
    if (key === null) throw CommandFailure.of('key-missing', 'SCRIP_KEY is not set.');
    const request = buildRequest(url, key, wanted);
    const isRead = wanted.method === 'GET' || wanted.effect === 'none';
    const isSafe = isRead || wanted.id !== undefined || wanted.effect === 'repeatable';
    let mayHaveHappened = false;
    for (let tries = 0; ; tries += 1) {
      const outcome = await attempt(request, timeoutMs);
      if (outcome.kind === 'reply') return readReply<T>(outcome, url);
      mayHaveHappened ||= outcome.kind === 'unknown' && !isRead;
      const pauseMs = outcome.kind === 'unreachable' && !mayHaveHappened ? undefined : pausesMs[tries];
      if (pauseMs === undefined || !(isSafe || outcome.kind === 'not-applied'))
        throw mayHaveHappened ? outcomeUnknown(url, wanted, outcome) : givenUp(url, outcome);
      await pause(pauseMs);
    }
  };
  return { call };
}

interface Request {
  readonly url: URL;
  readonly init: RequestInit;
}

interface HttpReply {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
  readonly replayed: boolean;
}

type Outcome =
  | ({ readonly kind: 'reply' } & HttpReply)
  /** A 503 that says that nothing was changed. */
  | { readonly kind: 'not-applied'; readonly text: string }
  | { readonly kind: 'unknown'; readonly cause: unknown; readonly text?: string }
  /** The request has not left this machine. */
  | { readonly kind: 'unreachable'; readonly cause: unknown };

function buildRequest(base: string, key: string, wanted: ApiCall): Request {
  const { method, path, query = {}, body, contentType = 'application/json', id } = wanted;
  const url = new URL(`${base}/scrip/v1/${path.map(encodeSegment).join('/')}`);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  const headers: Record<string, string> = { authorization: `Bearer ${key}`, accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = contentType;
  if (id !== undefined) headers['idempotency-key'] = quoteId(id);
  return {
    url,
    init: {
      method,
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    },
  };
}

/** Dots alone would vanish from the address, and the call would ask for something else. */
function encodeSegment(text: string): string {
  if (text === '' || text === '.' || text === '..')
    throw CommandFailure.of('id-unusable', `"${text}" cannot be an id here.`);
  return encodeURIComponent(text);
}

/** As a string of RFC 8941: a header loses the spaces around it. */
function quoteId(id: string): string {
  if (!/^[\x20-\x7e]{1,255}$/.test(id))
    throw CommandFailure.of('id-invalid', '--id must be 1 to 255 printable ASCII characters.');
  return `"${id.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}

/** Codes of a connection that was never made. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

async function attempt({ url, init }: Request, timeoutMs: number): Promise<Outcome> {
  try {
    const reply = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const text = await reply.text();
    if (reply.status === 503) {
      const { outcome } = (parseProblem(text) ?? {}) as { outcome?: string };
      if (outcome === 'not-applied') return { kind: 'not-applied', text };
      return { kind: 'unknown', cause: new Error('status 503'), text };
    }
    return {
      kind: 'reply',
      status: reply.status,
      text,
      contentType: reply.headers.get('content-type') ?? '',
      replayed: reply.headers.get('idempotent-replayed') === 'true',
    };
  } catch (error) {
    return { kind: NOT_CONNECTED.has(causeCode(error)) ? 'unreachable' : 'unknown', cause: error };
  }
}

function causeCode(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : '';
}

function readReply<T>({ status, text, contentType, replayed }: HttpReply, url: string): ApiReply<T> {
  const problem = status >= 400 ? parseProblem(text) : null;
  if (problem !== null) throw problemFailure(problem, text);
  if (status === 204) return { value: undefined as T, text: '', replayed };
  if (status >= 200 && status < 300 && contentType.startsWith('application/json'))
    return { value: JSON.parse(text) as T, text, replayed };
  throw CommandFailure.of('not-scrip', `${url} answered with status ${status}, and not as Scrip does.`);
}

function givenUp(url: string, outcome: Exclude<Outcome, { kind: 'reply' }>): CommandFailure {
  const text = 'text' in outcome ? outcome.text : '';
  const problem = parseProblem(text);
  if (problem !== null) return problemFailure(problem, text);
  const cause = 'cause' in outcome ? outcome.cause : undefined;
  if (outcome.kind === 'unreachable')
    return CommandFailure.of('unreachable', `No server answers at ${url} (${describeCause(cause)}).`, {
      cause,
    });
  return CommandFailure.of('no-answer', `${url} did not answer (${describeCause(cause)}).`, { cause });
}

function outcomeUnknown(
  url: string,
  { id, effect }: ApiCall,
  outcome: Exclude<Outcome, { kind: 'reply' }>,
): CommandFailure {
  const cause = 'cause' in outcome ? outcome.cause : undefined;
  const again =
    effect === 'repeatable'
      ? 'Run the same command again: what has happened does not happen twice.'
      : 'Look whether it has happened before you run the command again.';
  return CommandFailure.of(
    'outcome-unknown',
    `${url} did not answer (${describeCause(cause)}): the change may have happened, or not.`,
    {
      hint:
        id === undefined
          ? again
          : `Run the same command again with --id ${shellWord(id)} to find out: it happens once at most.`,
      cause,
    },
  );
}

/** A word that a shell reads as one, so that a line of advice can be pasted. */
function shellWord(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function describeCause(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'time-out';
  const code = causeCode(error);
  if (code.startsWith('UND_ERR_')) return 'the connection broke';
  if (code !== '') return code;
  const { cause } = error as { cause?: unknown };
  return (cause instanceof Error ? cause : (error as Error)).message;
}
