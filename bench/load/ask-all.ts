import { OPERATOR_HEADER } from './debit-traffic.ts';
import type { HttpReply } from './http-connection.ts';
import { openConnection } from './http-connection.ts';
import { getRequest } from './traffic.ts';
import { untilTaken } from './until-taken.ts';

const CONNECTIONS = 8;

export interface Questions {
  readonly count: number;
  readonly path: (index: number) => string;
  /** Says who asks; the operator where it is left out. */
  readonly header?: (index: number) => string;
}

/** Asks for each path over a few connections; again where the server says that it is overloaded. */
export async function askAll(
  url: string,
  { count, path, header = () => OPERATOR_HEADER }: Questions,
  onReply: (index: number, reply: HttpReply) => void,
): Promise<void> {
  let next = 0;
  const work = async () => {
    const connection = openConnection(url);
    try {
      while (next < count) {
        const index = next;
        next += 1;
        const request = getRequest(path(index), header(index));
        onReply(index, await untilTaken(() => connection.send(request)));
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, count) }, work));
}
