import Fastify from 'fastify';

/** The limit: a Fastify POST that parses and checks the same body, keeps nothing, and answers as many bytes. */
const app = Fastify({ bodyLimit: 8 * 1024 * 1024 });
const line = {
  type: 'object',
  required: ['action', 'quantity'],
  additionalProperties: false,
  properties: {
    id: { type: 'string' },
    accountId: { type: 'string' },
    action: { type: 'string' },
    quantity: { type: 'number' },
  },
};
const reply = `{"id":"${'0'.repeat(36)}","filling":"${'x'.repeat(400)}"}`;
app.post('/debits', { schema: { body: line } }, async (_request, response) =>
  response.code(201).type('application/json').send(reply),
);
app.post('/bulk', { schema: { body: { type: 'array', items: line } } }, async (request, response) =>
  response
    .type('application/json')
    .send(`{"results":[${(request.body as unknown[]).map(() => reply).join(',')}]}`),
);
await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`serves on http://127.0.0.1:${(app.server.address() as { port: number }).port}\n`);
