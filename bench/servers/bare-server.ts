import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { debitBody } from '../../packages/scrip/src/server/schemas/debit.ts';
import type { BareReplies } from './start-bare.ts';

/**
 * The limit: a Fastify that answers at once. Its debit checks the body against Scrip's own schema; its bulk debit parses
 * the body and drops it. What it answers comes in as JSON, as the first argument.
 */
const { balances, debit } = JSON.parse(process.argv[2] ?? '') as BareReplies;
const app = fastify({
  logger: false,
  bodyLimit: 16 * 1024 * 1024,
  // Scrip takes an amount as a number or as text.
  ajv: { customOptions: { allowUnionTypes: true } },
});

for (const { pattern, headers, body } of balances)
  app.get(pattern, (_request, reply) => {
    void reply.headers(headers).send(body);
  });
app.post('/scrip/v1/accounts/:accountId/debits', { schema: { body: debitBody } }, (_request, reply) => {
  void reply.code(201).headers(debit.headers).send(debit.body);
});
app.post('/scrip/v1/debits', (request, reply) => {
  const { length } = request.body as unknown[];
  void reply.send({ dropped: length });
});

await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`serves on http://127.0.0.1:${(app.server.address() as AddressInfo).port}\n`);
process.on('SIGTERM', () => process.exit(0));
