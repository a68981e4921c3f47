import { answersForEarlierTries, ClientError } from './client-error.ts';
import { exchange, type HttpReply, requestIdOf } from './exchange.ts';
import type { Pace } from './pace.ts';
import { createRedact, type Redact } from './redact.ts';
import { waitBeforeRetryMs } from './retry.ts';
import type { Settings } from './settings.ts';

/** One call, ready to be sent. */
export interface Call {
  readonly method: string;
  /** Below the base URL, encoded, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** `none`: it only reads. `once`: sent twice it happens once. `each`: sent twice it happens twice. */
  readonly effect: 'none' | 'once' | 'each';
  readonly signal?: AbortSignal | undefined;
}

/** A reply, and what is known about it. */
export interface Received {
  /** As it came. */
  readonly reply: HttpReply;
  /** Without the key, wherever it was repeated, and fit to be passed on: what errors are made of. */
  readonly safeReply: HttpReply;
  readonly requestId: string | undefined;
  readonly receivedAtMs: number;
  /** An earlier try of the same call got no answer. */
  readonly mayHaveHappened: boolean;
}

/** Sends a call, again where that is safe, and gives what `read` makes of the reply; `read` throws a `ClientError`. */
export type Transport = <Value>(call: Call, read: (received: Received) => Value) => Promise<Value>;

export function createTransport(
  settings: Settings,
  { pace, maxReplyBytes }: { pace: Pace; maxReplyBytes: number },
): Transport {
  const { maxRetries, runtime, baseUrl } = settings;
  const redact = createRedact(settings.key);
  const context = { ...settings, maxReplyBytes, redact };

  const attempt = async (call: Call): Promise<Omit<Received, 'mayHaveHappened'>> => {
    const { method, headers, body, signal } = call;
    const leave = await pace(signal);
    let wasSent = true;
    try {
      const request = { method, url: new URL(`${baseUrl}${call.path}`), headers, body };
      return receive(await exchange(request, context, signal), redact, runtime.nowMs());
    } catch (error) {
      wasSent = !(error instanceof ClientError && error.code === 'unreachable');
      throw error;
    } finally {
      leave({ wasSent });
    }
  };

  return async (call, read) => {
    let mayHaveHappened = false;
    for (let tries = 1; ; tries += 1) {
      try {
        return read({ ...(await attempt(call)), mayHaveHappened });
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        error.tries = tries;
        if (call.effect === 'none') error.outcome = 'not-applied';
        mayHaveHappened ||= error.outcome === 'unknown';
        const isSafe = call.effect !== 'each' || error.outcome === 'not-applied';
        const waitMs =
          error.retryable && isSafe && tries <= maxRetries
            ? waitBeforeRetryMs(error, { tries, random: runtime.random })
            : null;
        if (waitMs === null) {
          if (mayHaveHappened && !answersForEarlierTries(error)) error.outcome = 'unknown';
          throw error;
        }
        await runtime.sleep(waitMs, call.signal);
      }
    }
  };
}

/** What speaks of the connection and of the bytes on it, which are not the text that is kept. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'set-cookie',
  'transfer-encoding',
]);

function receive(reply: HttpReply, redact: Redact, receivedAtMs: number): Omit<Received, 'mayHaveHappened'> {
  const headers = Object.fromEntries(
    Object.entries(reply.headers)
      .filter(([name]) => !OF_THE_CONNECTION.has(name))
      .map(([name, value]) => [name, redact(value)]),
  );
  const safeReply = { status: reply.status, headers, body: redact(reply.body) };
  return { reply, safeReply, requestId: requestIdOf(reply.headers, redact), receivedAtMs };
}
