import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that stands in for a vendor and answers as it is told. */
export interface StandIn {
  readonly url: string;
  /** What it was asked, in order. */
  readonly asked: readonly Asked[];
  readonly close: () => Promise<void>;
}

/** Gives these answers one after the other, the last one again and again. */
export async function startStandIn(...answers: readonly Answer[]): Promise<StandIn> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    const chunks: Buffer[] = [];
    const seen = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      get body() {
        return Buffer.concat(chunks).toString();
      },
    };
    asked.push(seen);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer?.(request, response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A reply; an object is sent as JSON. */
export function reply(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
}

export const hangUp: Answer = (request) => request.socket.destroy();

export const silence: Answer = () => {};

/** Promises a longer body than it sends, and breaks the connection. */
export const breakOff: Answer = (request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"balance":', () => request.socket.destroy());
};

/** Sends the head and the first half, and then nothing more. */
export const stall: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"balance":');
};
