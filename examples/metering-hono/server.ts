// Speech for credits, with Hono. See docs/metering.md.
// SCRIP_URL=http://127.0.0.1:8787 SCRIP_KEY=scrip_op_… PORT=3000 npx node server.ts
import { serve } from '@hono/node-server';
import { Scrip } from '@scrip/client';
import { meter, metered } from '@scrip/client/hono';
import { type Context, Hono } from 'hono';

/** Whose key it is: your own table of customers. */
const accounts = new Map([['key-of-acme', 'acme']]);

const app = new Hono();

app.post(
  '/speech',
  meter({
    scrip: new Scrip(),
    account: (context: Context) => accounts.get(context.req.header('x-sup-api-key') ?? ''),
    action: 'speech',
    // The most that it can take: one second for each character. Hono keeps the body for the handler.
    quantity: async (context) => String((await context.req.json()).text).length,
    dialect: 'supertone',
  }),
  async (context) => {
    const seconds = speak(String((await context.req.json()).text));
    metered(context).use({ quantity: seconds });
    return context.json({ seconds });
  },
);

/** The work. */
function speak(text: string): number {
  const words = text.match(/\p{L}+/gu);
  if (words === null) throw new Error('There is nothing to say.');
  console.log(`said: ${text}`);
  return words.length;
}

serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`listens on http://127.0.0.1:${port}`);
});
