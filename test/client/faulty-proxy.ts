import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reply in Scrip's place. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What becomes of a request: `lose` passes it on and loses the reply; `page`, `no page` and an `Answer` answer in
 * Scrip's place.
 */
export type Fate = 'pass' | 'refuse' | 'lose' | 'page' | 'no page' | Answer;

export interface FaultyProxy {
  readonly url: string;
  /** The requests that have come, such as `POST /scrip/v1/accounts/a/holds?dialect=ocean`. */
  readonly asked: readonly string[];
  /** Decides on the requests from now on. */
  readonly decide: (fateOf: (request: string) => Fate) => void;
  readonly close: () => void;
}

/** Stands between a client and a Scrip. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const asked: string[] = [];
  let fateOf: (request: string) => Fate = () => 'pass';
  const proxy = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        const line = `${request.method} ${request.url}`;
        asked.push(line);
        const fate = fateOf(line);
        if (fate === 'refuse') {
          request.socket.destroy();
          return;
        }
        if (typeof fate === 'object') {
          response.writeHead(fate.status, fate.headers).end(fate.body);
          return;
        }
        if (fate === 'page' || fate === 'no page') {
          response
            .writeHead(fate === 'page' ? 502 : 404, { 'content-type': 'text/html' })
            .end('<h1>A proxy</h1>');
          return;
        }
        const headers = { ...request.headers } as Record<string, string>;
        for (const name of ['host', 'connection', 'content-length', 'transfer-encoding'])
          delete headers[name];
        const reply = await fetch(`${target}${request.url}`, {
          method: request.method ?? '',
          headers,
          ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
        });
        const text = await reply.text();
        const told = ['content-type', 'idempotent-replayed'].flatMap((name) => {
          const value = reply.headers.get(name);
          return value === null ? [] : [[name, value] as const];
        });
        if (fate === 'lose') request.socket.destroy();
        else response.writeHead(reply.status, Object.fromEntries(told)).end(text);
      })();
    });
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    decide: (decision) => {
      fateOf = decision;
    },
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
