import type { FastifyReply } from 'fastify';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Sends a JSON text that is ready: nothing is serialised again. */
export function sendJson(reply: FastifyReply, status: number, text: string | Buffer): FastifyReply {
  return reply.code(status).header('content-type', JSON_TYPE).send(text);
}
