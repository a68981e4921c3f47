import type { HttpConnection, HttpReply } from './http-connection.ts';

const MOST_TRIES = 100;
const PAUSE_MS = 100;

/** Sends a request, and sends it again while the server says that it is overloaded: what may not fail, but may wait. */
export async function sendUntilTaken(
  connection: HttpConnection,
  request: string | Buffer,
): Promise<HttpReply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await connection.send(request);
    if (reply.status !== 503 || tries === MOST_TRIES) return reply;
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE_MS);
    });
  }
}
