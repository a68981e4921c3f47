import { dialects, type DialectName } from '@scrip/dialects';
import { ConfigurationError, DecodeError, type ErrorReply, NotFoundError } from './client-error.ts';
import { problemError } from './problem-error.ts';
import { membersOf, refusalError } from './refusal-error.ts';
import type { Call, Received } from './transport.ts';

/** One call of Scrip's own API. */
export interface ScripCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The parts of the path below `/scrip/v1`, not encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** A text is sent as it is. */
  readonly body?: object | string | undefined;
  readonly contentType?: string;
  /** The id of the change. */
  readonly id?: string | undefined;
  /** What sending it does, where neither the method nor an id says it: nothing; or the same once or twice. */
  readonly effect?: 'none' | 'once';
  /** The members that the reply must have to be an answer. */
  readonly needs?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface ScripReply<Value> {
  readonly value: Value;
  /** The reply as it was sent. */
  readonly text: string;
  /** The id was used before for the same command: this is the first outcome. */
  readonly replayed: boolean;
  readonly requestId: string | null;
}

/** Sends a call of Scrip's own API. */
export type Ask = <Value>(call: ScripCall) => Promise<ScripReply<Value>>;

/** The request of a call; throws `ConfigurationError` for an id that cannot be sent. */
export function toRequest(wanted: ScripCall, key: string): Call {
  const { method, path, query = {}, body, contentType = 'application/json', id, effect, signal } = wanted;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value));
  const headers: Record<string, string> = { accept: 'application/json', authorization: `Bearer ${key}` };
  if (body !== undefined) headers['content-type'] = contentType;
  if (id !== undefined) headers['idempotency-key'] = quoteId(id);
  const search = parameters.size === 0 ? '' : `?${parameters}`;
  return {
    method,
    path: `/scrip/v1/${path.map(encodeSegment).join('/')}${search}`,
    headers,
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body, writeBigInt),
    effect: method === 'GET' ? 'none' : (effect ?? (id === undefined ? 'each' : 'once')),
    signal,
  };
}

/** What a reply says; throws a `ClientError` for what is not a yes. */
export function readScripReply<Value>(
  received: Received,
  { method, id, query, needs = [] }: Pick<ScripCall, 'method' | 'id' | 'query' | 'needs'>,
): ScripReply<Value> {
  const { reply, requestId } = received;
  const { status, headers, body } = reply;
  const told = {
    text: body,
    replayed: headers['idempotent-replayed'] === 'true',
    requestId: requestId ?? null,
  };
  if (status === 204 && needs.length === 0) return { ...told, value: undefined as Value };
  if (status >= 200 && status < 300 && headers['content-type']?.startsWith('application/json') === true)
    return { ...told, value: parseValue(received, needs) as Value };
  const { dialect } = query ?? {};
  if (dialect !== undefined && status >= 400 && isOfScrip(received.safeReply) && !isProblem(headers))
    throw dialectError(received, dialect as DialectName);
  const error = problemError(received);
  // An earlier try has revoked it, and its reply was lost.
  if (method === 'DELETE' && id === undefined && received.mayHaveHappened && error instanceof NotFoundError)
    return { ...told, value: undefined as Value };
  throw error;
}

/** Dots alone would vanish from the address, and the call would ask for something else. */
function encodeSegment(text: string): string {
  if (text === '' || text === '.' || text === '..')
    throw refuse('id-unusable', `"${text}" cannot be an id here.`);
  try {
    return encodeURIComponent(text);
  } catch {
    throw refuse('id-unusable', 'An id with half of a character cannot be sent.');
  }
}

/** As a string of RFC 8941: a header loses the spaces around it. */
function quoteId(id: string): string {
  if (!/^[\x20-\x7e]{1,255}$/.test(id))
    throw refuse('id-invalid', 'The id of a change must be 1 to 255 printable ASCII characters.');
  return `"${id.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}

function refuse(code: string, text: string): ConfigurationError {
  return new ConfigurationError(text, { code, service: 'scrip' });
}

export function writeBigInt(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function parseValue(received: Received, needs: readonly string[]): unknown {
  const value = parseObject(received.reply.body);
  const members = { ...membersOf(received, 'scrip'), outcome: 'unknown' } as const;
  if (value === null)
    throw new DecodeError(
      `Scrip's reply with status ${members.status} cannot be parsed: it may be cut off.`,
      {
        ...members,
        code: 'malformed',
        at: '',
      },
    );
  const missing = needs.find((name) => value[name] === undefined);
  if (missing !== undefined)
    throw new DecodeError(`Scrip's reply has no "${missing}".`, {
      ...members,
      code: 'member-missing',
      at: missing,
    });
  return value;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? (value as Readonly<Record<string, unknown>> | null) : null;
  } catch {
    return null;
  }
}

/** A proxy in between answers with pages. Ocean.io's 404 has neither a body nor a type. */
export function isOfScrip({ headers, body }: Pick<ErrorReply, 'headers' | 'body'>): boolean {
  const type = headers['content-type'];
  return type === undefined ? body === '' : /^application\/(?:problem\+)?json\b/.test(type);
}

function isProblem(headers: Received['reply']['headers']): boolean {
  return headers['content-type']?.startsWith('application/problem+json') === true;
}

/** Whether a refusal can be a dialect's: each has one member with which all of its refusals begin. */
function isOfDialect({ status, body }: Pick<ErrorReply, 'status' | 'body'>, dialect: DialectName): boolean {
  const own = dialects[dialect].encodeRefusal({ code: status === 404 ? 'not-found' : 'internal' }).body;
  if (own === '' || body === '') return own === body;
  const [[name, value] = ['', null]] = Object.entries(parseObject(own) ?? {});
  const found = parseObject(body)?.[name];
  // That of Ocean.io is a sentence, and each refusal has another.
  return dialect === 'ocean' ? typeof found === 'string' || Array.isArray(found) : found === value;
}

function dialectError(received: Received, dialect: DialectName) {
  if (!isOfDialect(received.safeReply, dialect)) return problemError(received);
  const reading = dialects[dialect].decodeBalance(received.safeReply);
  if (!reading.ok && 'refusal' in reading)
    return refusalError(reading.refusal, received, { service: 'scrip', label: 'Scrip' });
  return problemError(received);
}
