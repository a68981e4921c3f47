import { OPERATOR_HEADER } from './debit-traffic.ts';
import type { HttpConnection, HttpReply } from './http-connection.ts';
import { openConnection } from './http-connection.ts';
import { getRequest } from './traffic.ts';

const CONNECTIONS = 8;
const MOST_TRIES = 100;
const PAUSE_MS = 100;

/** Asks for each path, as the operator, over a few connections; again where the server says that it is overloaded. */
export async function askAll(
  url: string,
  { count, path }: { readonly count: number; readonly path: (index: number) => string },
  onReply: (index: number, reply: HttpReply) => void,
): Promise<void> {
  let next = 0;
  const work = async () => {
    const connection = openConnection(url);
    try {
      while (next < count) {
        const index = next;
        next += 1;
        onReply(index, await answerOf(connection, path(index)));
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, count) }, work));
}

async function answerOf(connection: HttpConnection, path: string): Promise<HttpReply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await connection.send(getRequest(path, OPERATOR_HEADER));
    if (reply.status !== 503 || tries === MOST_TRIES) return reply;
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE_MS);
    });
  }
}
