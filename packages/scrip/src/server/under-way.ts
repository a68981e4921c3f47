import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';

declare module 'fastify' {
  interface FastifyReply {
    /** Its place among those under way. */
    place: number;
  }
}

/** The requests that are not answered yet. */
export interface UnderWay {
  readonly add: (reply: FastifyReply, nowMs: number) => void;
  /** Those that began before an instant. A caller who has gone gets no response: his place is free from now on. */
  readonly takeBegunBefore: (atMs: number) => FastifyReply[];
  /** The reply to the request that is arriving on a connection, where it has not been sent. */
  readonly arrivingOn: (socket: Socket) => FastifyReply | null;
  /** Whether a request that has arrived whole waits for its answer on a connection. */
  readonly isOn: (socket: Socket) => boolean;
  /** Whether the request that is arriving on a connection has its answer already. */
  readonly isAnswered: (socket: Socket) => boolean;
}

/** Keeps account of the requests of a server, from their first hook to their response. */
export function installUnderWay(app: FastifyInstance): UnderWay {
  const { answered, ...underWay } = createUnderWay();
  app.decorateReply('place', 0);
  app.addHook('onRequest', (_request, reply, done) => {
    underWay.add(reply, performance.now());
    done();
  });
  app.addHook('onResponse', (_request, reply, done) => {
    answered(reply);
    done();
  });
  return underWay;
}

/** Its request is on its way still: no handler has it, and how long that may take is the server's `requestTimeout`. */
export function isArriving({ request }: FastifyReply): boolean {
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
  const answeredEarly = new WeakMap<Socket, IncomingMessage>();

  function remove(reply: FastifyReply): void {
    const { place } = reply;
    if (replies[place] !== reply) return;
    replies[place] = null;
    free.push(place);
  }

  return {
    answered: (reply: FastifyReply) => {
      remove(reply);
      const { raw } = reply.request;
      if (isArriving(reply)) answeredEarly.set(raw.socket, raw);
    },
    isAnswered: (socket: Socket) => answeredEarly.get(socket)?.complete === false,
    add: (reply: FastifyReply, nowMs: number) => {
      reply.place = free.pop() ?? replies.length;
      replies[reply.place] = reply;
      begunMs[reply.place] = nowMs;
    },
    arrivingOn: (socket: Socket) =>
      replies.find((reply) => reply?.request.raw.socket === socket && isArriving(reply) && !reply.sent) ??
      null,
    isOn: (socket: Socket) =>
      replies.some((reply) => reply !== null && reply.request.raw.socket === socket && !isArriving(reply)),
    takeBegunBefore: (atMs: number): FastifyReply[] => {
      const late = replies
        .filter((reply) => reply !== null)
        .filter(({ place }) => (begunMs[place] ?? 0) < atMs);
      for (const reply of late) remove(reply);
      return late;
    },
  };
}
