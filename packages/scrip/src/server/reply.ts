import type { FastifyReply } from 'fastify';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Node encodes no longer ones without room for three bytes a character, which it asks the system for each time. */
const LONG_TEXT = 5000;

/** Sends a JSON text that is ready: nothing is serialised again. */
export function sendJson(reply: FastifyReply, status: number, text: string | Buffer): FastifyReply {
  const body = typeof text === 'string' && text.length > LONG_TEXT ? Buffer.from(text) : text;
  return reply.code(status).header('content-type', JSON_TYPE).send(body);
}
