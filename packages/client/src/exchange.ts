import type { Service } from './balance.ts';
import { ClientError, ConnectionError, DecodeError, RedirectError, TimeoutError } from './client-error.ts';
import type { Redact } from './redact.ts';

export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** A whole reply. Header names are lower-case. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ExchangeContext {
  readonly service: Service;
  /** The service's name, for people. */
  readonly label: string;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly maxReplyBytes: number;
  readonly redact: Redact;
}

/** Codes of a connection that was never made, in Node and in Bun. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
]);
/** A connection that was made can end with these too: they count as not connected only where connecting failed. */
const NOT_ROUTED = new Set(['EHOSTUNREACH', 'ENETUNREACH']);
const MOST_REDIRECTS = 3;

/**
 * One try: sends the request and reads the whole reply, within `timeoutMs`. Throws a `ClientError`, or the signal's
 * reason where the caller aborted.
 */
export async function exchange(
  request: HttpRequest,
  context: ExchangeContext,
  signal: AbortSignal | undefined,
): Promise<HttpReply> {
  signal?.throwIfAborted();
  const { service, label, timeoutMs } = context;
  const controller = new AbortController();
  const timedOut = new TimeoutError(`${label} did not answer within ${timeoutMs} ms.`, {
    code: 'timed-out',
    service,
    outcome: 'unknown',
  });
  const timer = setTimeout(() => controller.abort(timedOut), timeoutMs);
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  // A fetch of somebody's own may not listen to its signal: the race ends the try all the same.
  const cut = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error));
  });
  try {
    return await Promise.race([follow(request, context, controller.signal), cut]);
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason;
    throw error instanceof ClientError ? error : connectionError(error, request, context);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Follows redirects within the same origin, of reads only: the key goes to no other. */
async function follow(
  request: HttpRequest,
  context: ExchangeContext,
  signal: AbortSignal,
): Promise<HttpReply> {
  const { method, headers, body } = request;
  // Next.js keeps what is fetched unless it is told not to, and a balance of yesterday would pass for one of now.
  const init: RequestInit = { method, headers, redirect: 'manual', cache: 'no-store', signal };
  if (body !== undefined) init.body = body;
  let { url } = request;
  for (let redirects = 0; ; redirects += 1) {
    const reply = await context.fetch(url, init);
    const location = reply.headers.get('location');
    // A browser does not show where it was sent.
    const isHidden = reply.type === 'opaqueredirect';
    if (!isHidden && !([301, 302, 303, 307, 308].includes(reply.status) && location !== null))
      return readReply(reply, context);
    await reply.body?.cancel();
    const target = location === null ? null : parseUrl(location, url);
    if (isHidden || target?.origin !== url.origin || method !== 'GET' || redirects >= MOST_REDIRECTS)
      throw redirectError(reply, { method, from: url, to: target }, context);
    url = target;
  }
}

/** `URL.parse` is younger than Node 20. */
export function parseUrl(text: string, base?: URL): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}

async function readReply(reply: Response, context: ExchangeContext): Promise<HttpReply> {
  const { service, label, maxReplyBytes } = context;
  const headers = Object.fromEntries(reply.headers);
  const decoder = new TextDecoder();
  let body = '';
  let bytes = 0;
  const reader = reply.body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) break;
    bytes += chunk.value.byteLength;
    if (bytes > maxReplyBytes) {
      await reader?.cancel();
      throw new DecodeError(`${label}'s reply is longer than ${maxReplyBytes} bytes.`, {
        code: 'too-long',
        service,
        status: reply.status,
        requestId: requestIdOf(headers, context.redact),
        outcome: 'unknown',
        at: '',
      });
    }
    body += decoder.decode(chunk.value, { stream: true });
  }
  return { status: reply.status, headers, body: body + decoder.decode() };
}

/** The id that the service gave the request, from the headers that are in use for it. */
export function requestIdOf(headers: Readonly<Record<string, string>>, redact: Redact): string | undefined {
  const names = ['x-request-id', 'request-id', 'x-amzn-requestid', 'cf-ray'];
  const id = names.map((name) => headers[name]).find((value) => value !== undefined && value !== '');
  return id === undefined ? undefined : redact(id).slice(0, 200);
}

/** Only the other address's origin is shown: a redirect may repeat the key in its path. */
function redirectError(
  reply: Response,
  { method, from, to }: { method: string; from: URL; to: URL | null },
  { service, label, redact }: ExchangeContext,
): RedirectError {
  return new RedirectError(
    redact(`${label} at ${from.origin} ${redirectWords(method, from, to)}. Check the address.`),
    {
      code: 'redirected',
      service,
      status: reply.status === 0 ? undefined : reply.status,
      requestId: requestIdOf(Object.fromEntries(reply.headers), redact),
    },
  );
}

function redirectWords(method: string, from: URL, to: URL | null): string {
  if (to === null) return 'sends elsewhere, where the key was not sent';
  if (to.origin !== from.origin) return `sends to ${to.origin}, where the key was not sent`;
  return method === 'GET'
    ? `redirects more than ${MOST_REDIRECTS} times`
    : 'redirects a change, which was not sent again';
}

function connectionError(
  error: unknown,
  { url }: HttpRequest,
  { service, label, redact }: ExchangeContext,
): ConnectionError {
  const { code, words, isConnecting } = describeFault(error);
  const isUnreachable = NOT_CONNECTED.has(code) || (isConnecting && NOT_ROUTED.has(code));
  const said = redact(code === '' || code.startsWith('UND_ERR_') ? words : code);
  const text = isUnreachable
    ? `${label} cannot be reached at ${url.origin} (${said}).`
    : `The connection to ${label} at ${url.origin} broke (${said}).`;
  return new ConnectionError(redact(text), {
    code: isUnreachable ? 'unreachable' : 'connection-broken',
    service,
    outcome: isUnreachable ? 'not-applied' : 'unknown',
    // The fault itself may hold the address or a header with the key.
    cause: Object.assign(new Error(redact(words)), { code }),
  });
}

/** What broke: fetch wraps the system's error, which has the code. */
function describeFault(error: unknown): { code: string; words: string; isConnecting: boolean } {
  const { cause } = error as { cause?: unknown };
  const inner = cause instanceof Error ? cause : error;
  const { code } = inner as { code?: unknown };
  // Of a host with several addresses there is one for each.
  const tries: readonly unknown[] = inner instanceof AggregateError ? inner.errors : [inner];
  return {
    code: typeof code === 'string' ? code : '',
    words: inner instanceof Error ? inner.message : String(inner),
    isConnecting: tries.every((one) => (one as { syscall?: unknown } | null)?.syscall === 'connect'),
  };
}
