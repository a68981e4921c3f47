// Speech for credits, with Fastify. See docs/metering.md.
// SCRIP_URL=http://127.0.0.1:8787 SCRIP_KEY=scrip_op_… PORT=3000 npx node server.ts
import { Scrip } from '@scrip/client';
import { meter, metered } from '@scrip/client/fastify';
import fastify, { type FastifyRequest } from 'fastify';

/** Whose key it is: your own table of customers. */
const accounts = new Map([['key-of-acme', 'acme']]);

const app = fastify();
type Speech = FastifyRequest<{ Body: { text: string } }>;

app.post(
  '/speech',
  {
    // A request that is wrong in itself is refused before anything is held.
    schema: { body: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } } },
    ...meter({
      scrip: new Scrip(),
      account: (request: Speech) => accounts.get(String(request.headers['x-sup-api-key'])),
      action: 'speech',
      // The most that it can take: one second for each character.
      quantity: (request) => request.body.text.length,
      dialect: 'supertone',
    }),
  },
  async (request: Speech) => {
    const seconds = speak(request.body.text);
    metered(request).use({ quantity: seconds });
    return { seconds };
  },
);

/** The work. */
function speak(text: string): number {
  const words = text.match(/\p{L}+/gu);
  if (words === null) throw new Error('There is nothing to say.');
  console.log(`said: ${text}`);
  return words.length;
}

console.log(
  `listens on ${await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' })}`,
);
