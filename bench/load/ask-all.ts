import { OPERATOR_HEADER } from './debit-traffic.ts';
import type { HttpReply } from './http-connection.ts';
import { openConnection } from './http-connection.ts';
import { getRequest } from './traffic.ts';
import { untilTaken } from './until-taken.ts';

const CONNECTIONS = 8;

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
        onReply(index, await untilTaken(() => connection.send(getRequest(path(index), OPERATOR_HEADER))));
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, count) }, work));
}
