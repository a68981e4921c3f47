import { serve } from '@hono/node-server';
import { POST } from '../examples/metering-next/app/api/speech/route.ts';

/** Serves the route handler of the example as Next.js would call it, without the 340 MB of Next.js. */
const server = serve(
  {
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      const isRoute = request.method === 'POST' && new URL(request.url).pathname === '/api/speech';
      return isRoute ? POST(request, { params: Promise.resolve({}) }) : new Response(null, { status: 404 });
    },
  },
  ({ port }) => {
    console.log(`listens on http://127.0.0.1:${port}`);
  },
);
process.once('SIGTERM', () => server.close());
