import type { MeteredWork } from './meter.ts';
import type { RefusalReply } from './refusal-reply.ts';

/** What is used of Node's `ServerResponse`. */
export interface NodeReply {
  readonly statusCode: number;
  readonly headersSent: boolean;
  readonly destroyed?: boolean | undefined;
  /** Of HTTP/2, whose reply does not say itself that it was destroyed. */
  readonly stream?: { readonly destroyed: boolean } | null | undefined;
  /** Null, unless the reply was destroyed on this side, with a reason or without one. HTTP/2 has no such member. */
  readonly errored?: Error | null | undefined;
  writeHead(status: number, headers?: Readonly<Record<string, string>>): unknown;
  // Not a method, so that any overloads will do.
  end: (...parts: never[]) => unknown;
  destroy: (error?: Error) => unknown;
  once(event: 'close' | 'pipe', listener: () => void): unknown;
}

export function sendRefusal(reply: NodeReply, { status, headers, body }: RefusalReply): void {
  reply.writeHead(status, headers);
  (reply.end as (this: NodeReply, body: string) => unknown).call(reply, body);
}

/**
 * Ends the work when the reply ends, and holds the reply's last part back until then: whoever has the whole reply finds
 * it paid for. A reply that is cut off by the customer is paid for: part of it has been delivered.
 */
export function endWithReply(reply: NodeReply, work: MeteredWork): void {
  const end = reply.end as (...parts: unknown[]) => unknown;
  const outcome = () => (work.isCharged(reply.statusCode) ? 'done' : 'failed');
  const isCutHere = watchDestroy(reply);
  let isEnding = false;
  reply.end = (...parts: unknown[]): unknown => {
    if (isEnding) return reply;
    // A second reply is refused from here on, as it would be after a real end.
    if (!reply.headersSent) reply.writeHead(reply.statusCode);
    isEnding = true;
    // Fastify goes by it: what its handler returns or throws behind the reply must not be sent as a second one.
    Object.defineProperty(reply, 'writableEnded', { configurable: true, value: true });
    void work
      .end(outcome())
      .then(() => {
        Reflect.deleteProperty(reply, 'writableEnded');
        return end.apply(reply, parts);
      })
      // What cannot be sent would have been thrown, and the head is gone already.
      .catch((error: unknown) => reply.destroy(error as Error));
    return reply;
  };
  const endNow = () => void work.end(isCutHere() ? 'failed' : outcome());
  // Without a head nothing was delivered, and the handler goes on to its own end. What it pipes never ends, because
  // nobody reads it; what fails at once, such as a pipeline, is told to the framework first.
  const goOn = () => void reply.once('pipe', () => setTimeout(endNow, 0));
  if (reply.destroyed === true || reply.stream?.destroyed === true) goOn();
  else reply.once('close', () => (reply.headersSent ? endNow() : goOn()));
}

/** Whether the reply was cut off on this side: of HTTP/2 it does not say so itself. */
function watchDestroy(reply: NodeReply): () => boolean {
  const { destroy } = reply;
  let isDestroyed = false;
  reply.destroy = (error?: Error): unknown => {
    isDestroyed = true;
    return destroy.call(reply, error);
  };
  return () => (reply.errored === undefined ? isDestroyed : reply.errored !== null);
}
