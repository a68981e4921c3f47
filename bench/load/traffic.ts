import type { HttpReply } from './http-connection.ts';

/** One request of a load. */
export interface PlannedRequest {
  readonly bytes: string | Buffer;
  /** What it counts for when it is answered with a 2xx: 1, or the debits of a bulk request. */
  readonly units: number;
  /** Hears of a 2xx. A request that it returns is sent next, on the same connection. */
  readonly onAnswer?: (reply: HttpReply) => PlannedRequest | undefined;
}

/** Requests without an end. */
export type Traffic = () => PlannedRequest;

/** The bytes of a request without a body. */
export function getRequest(path: string, headers: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: benchmark\r\n${headers}\r\n`;
}

/** The bytes of a request with a JSON body of ASCII. */
export function postRequest(path: string, headers: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: benchmark\r\n${headers}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
