// Speech for credits, as a route handler of Next.js. See docs/metering.md.
// SCRIP_URL=http://127.0.0.1:8787 SCRIP_KEY=scrip_op_… npx next dev
import { meter } from '@scrip/client/next';

/** Whose key it is: your own table of customers. */
const accounts = new Map([['key-of-acme', 'acme']]);

/** The body can be read once: the meter reads a copy. */
async function textOf(request: Request): Promise<string> {
  return String(((await request.json()) as { text: unknown }).text);
}

export const POST = meter(
  {
    account: (request: Request) => accounts.get(request.headers.get('x-sup-api-key') ?? ''),
    action: 'speech',
    // The most that it can take: one second for each character.
    quantity: async (request) => (await textOf(request.clone())).length,
    dialect: 'supertone',
  },
  async (request, _context, metered) => {
    const seconds = speak(await textOf(request));
    metered.use({ quantity: seconds });
    return Response.json({ seconds });
  },
);

/** The work. */
function speak(text: string): number {
  const words = text.match(/\p{L}+/gu);
  if (words === null) throw new Error('There is nothing to say.');
  console.log(`said: ${text}`);
  return words.length;
}
