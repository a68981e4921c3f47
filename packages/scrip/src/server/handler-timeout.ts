import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { errorCodes } from 'fastify';

declare module 'fastify' {
  interface FastifyReply {
    /** Its place among those under way. */
    place: number;
  }
}

/** How often requests are looked through for those that have taken too long. */
const SWEEP_MS = 1000;

/**
 * Answers a request that takes longer than `timeoutMs` (at the next sweep) with Fastify's own time-out error.
 * Fastify's `handlerTimeout` gives each request an abort signal and a timer, which takes a tenth of a debit's time;
 * this costs it a place in an array. Gives what says whether a connection has a request that is not answered yet.
 */
export function installHandlerTimeout(
  app: FastifyInstance,
  { timeoutMs, sweepMs = SWEEP_MS }: { readonly timeoutMs: number; readonly sweepMs?: number },
): (socket: Socket) => boolean {
  const underWay = createUnderWay();
  const sweep = setInterval(() => {
    const nowMs = performance.now();
    for (const reply of underWay.takeBegunBefore(nowMs - timeoutMs)) {
      if (isArriving(reply)) {
        underWay.add(reply, nowMs);
        continue;
      }
      const route = reply.request.routeOptions.url ?? '';
      if (!reply.sent) reply.send(new errorCodes.FST_ERR_HANDLER_TIMEOUT(timeoutMs, route));
    }
  }, sweepMs).unref();
  app.decorateReply('place', 0);
  app.addHook('onRequest', (_request, reply, done) => {
    underWay.add(reply, performance.now());
    done();
  });
  app.addHook('onResponse', (_request, reply, done) => {
    underWay.remove(reply);
    done();
  });
  app.addHook('onClose', async () => clearInterval(sweep));
  return underWay.isOn;
}

/** Its request is on its way still: no handler has it, and how long that may take is the server's `requestTimeout`. */
function isArriving({ request }: FastifyReply): boolean {
  // A request that is injected does not say whether it is complete.
  const raw: { readonly complete?: boolean; readonly destroyed: boolean } = request.raw;
  return raw.complete === false && !raw.destroyed;
}

/**
 * The replies that are under way. In an array, whose places are used again, and not in a map: a map that is written this
 * often moves to a new table every few milliseconds, each old table holds the next one, and as soon as the collector
 * takes one of them for old, all requests that were ever in the tables outlive their own collection with it.
 */
function createUnderWay() {
  const replies: (FastifyReply | null)[] = [];
  const begunMs: number[] = [];
  const free: number[] = [];

  function remove(reply: FastifyReply): void {
    const { place } = reply;
    if (replies[place] !== reply) return;
    replies[place] = null;
    free.push(place);
  }

  return {
    add: (reply: FastifyReply, nowMs: number) => {
      reply.place = free.pop() ?? replies.length;
      replies[reply.place] = reply;
      begunMs[reply.place] = nowMs;
    },
    remove,
    /** Of a request that has arrived whole: one that has not is what goes wrong on the connection itself. */
    isOn: (socket: Socket) =>
      replies.some((reply) => reply !== null && reply.request.raw.socket === socket && !isArriving(reply)),
    /** Those that began before an instant. A caller who has gone gets no response: his place is free from now on. */
    takeBegunBefore: (atMs: number): FastifyReply[] => {
      const late = replies
        .filter((reply) => reply !== null)
        .filter(({ place }) => (begunMs[place] ?? 0) < atMs);
      for (const reply of late) remove(reply);
      return late;
    },
  };
}
