// Speech for credits, with Express. See docs/metering.md.
// SCRIP_URL=http://127.0.0.1:8787 SCRIP_KEY=scrip_op_… PORT=3000 npx node server.ts
import type { AddressInfo } from 'node:net';
import { Scrip } from '@scrip/client';
import { meter, metered, releaseOnError } from '@scrip/client/express';
import express from 'express';

/** Whose key it is: your own table of customers. */
const accounts = new Map([['key-of-acme', 'acme']]);

const app = express();
app.use(express.json());

app.post(
  '/speech',
  meter({
    scrip: new Scrip(),
    account: (request: express.Request) => accounts.get(request.get('x-sup-api-key') ?? ''),
    action: 'speech',
    // The most that it can take: one second for each character.
    quantity: (request) => String(request.body.text).length,
    dialect: 'supertone',
  }),
  (request, response) => {
    const seconds = speak(String(request.body.text));
    metered(request).use({ quantity: seconds });
    response.json({ seconds });
  },
);
app.use(releaseOnError);

/** The work. */
function speak(text: string): number {
  const words = text.match(/\p{L}+/gu);
  if (words === null) throw new Error('There is nothing to say.');
  console.log(`said: ${text}`);
  return words.length;
}

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
