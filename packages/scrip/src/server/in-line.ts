import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Socket } from 'node:net';
import { RefusedRequest } from './problem.ts';

/** Requests of one connection that may wait: more than a client has reason to send without reading. */
const MAX_WAITING = 16;

const READ_FIRST = `${MAX_WAITING} requests wait here for their turn: read the replies, then send more.`;

const waiting = new WeakMap<Socket, number>();

/**
 * A hook of routes with long replies: goes on when all replies before it on its connection are on their way. So a caller
 * who asks for very many on one connection, and reads none, has one of them in memory. Node stops reading from a
 * connection for the bytes of replies that wait in it, and those that are not made yet have none: their number is bounded
 * here, and the refusals of what is beyond it are bytes again.
 */
export function waitInLine(
  request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  // Node gives a response its socket when those before it have left.
  if (reply.raw.socket !== null) {
    done();
    return;
  }
  const { socket } = request.raw;
  const before = waiting.get(socket) ?? 0;
  if (before >= MAX_WAITING) {
    done(new RefusedRequest({ code: 'too-many-waiting', detail: READ_FIRST }));
    return;
  }
  waiting.set(socket, before + 1);
  reply.raw.once('socket', () => {
    waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
    done();
  });
}
