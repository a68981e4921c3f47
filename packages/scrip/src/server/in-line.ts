import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';

/**
 * A hook of routes with long replies: goes on when all replies before it on its connection are on their way. So a caller
 * who asks for very many on one connection, and reads none, has one of them in memory.
 */
export function waitInLine(
  _request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  // Node gives a response its socket when those before it have left.
  if (reply.raw.socket === null) reply.raw.once('socket', () => done());
  else done();
}
