import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Ledger } from '../../ledger/ledger.ts';
import { waitInLine } from '../in-line.ts';
import type { Metrics } from '../metrics.ts';
import { sendJson } from '../reply.ts';
import { oneOf, strictObject } from '../schemas/values.ts';

const TAG = 'Operations';
const ready = strictObject({ status: oneOf(['ready']) });
const notReady = strictObject({ status: oneOf(['not-ready']), reason: Type.String() });
const live = strictObject({ status: oneOf(['live']) });

/** What those who run the server read: open to all, and without anything about an account. */
export function registerOperations(
  app: FastifyInstance,
  { ledger, metrics }: { ledger: Ledger; metrics: Metrics },
): void {
  app.get(
    '/livez',
    { schema: { summary: 'The process answers', tags: [TAG], security: [], response: { 200: live } } },
    async (_request, reply) => sendJson(reply, 200, '{"status":"live"}'),
  );
  app.get(
    '/readyz',
    {
      schema: {
        summary: 'The ledger takes changes and can be read',
        tags: [TAG],
        security: [],
        response: { 200: ready, 503: notReady },
      },
    },
    async (_request, reply) => {
      const { writable, readable, reason } = ledger.health();
      if (writable && readable) return sendJson(reply, 200, '{"status":"ready"}');
      const why = reason ?? (readable ? 'The store takes no changes.' : 'The store cannot be read.');
      return sendJson(reply, 503, JSON.stringify({ status: 'not-ready', reason: why }));
    },
  );
  app.get(
    '/metrics',
    {
      onRequest: waitInLine,
      schema: {
        summary: 'Metrics for Prometheus',
        tags: [TAG],
        security: [],
        response: { 200: { description: 'Metrics.', content: { 'text/plain': { schema: Type.String() } } } },
      },
    },
    async (_request, reply) => reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
  // One for all: a copy for each of many requests at once would fill the memory.
  let document: Buffer | undefined;
  app.get(
    '/openapi.json',
    {
      onRequest: waitInLine,
      schema: { summary: 'This document', tags: [TAG], security: [], response: { 200: Type.Object({}) } },
    },
    async (_request, reply) => {
      document ??= Buffer.from(JSON.stringify(app.swagger()));
      return sendJson(reply, 200, document);
    },
  );
}
