import type { HttpConnection } from './http-connection.ts';
import { openConnection } from './http-connection.ts';
import type { Round, Tally } from './tally.ts';
import { createTally } from './tally.ts';
import type { PlannedRequest, Traffic } from './traffic.ts';

export interface ClosedLoop {
  readonly url: string;
  readonly connections: number;
  /** After this time, or after this many requests, none is sent any more; those under way are waited for. */
  readonly until: { readonly seconds: number } | { readonly requests: number };
  readonly traffic: Traffic;
}

/** Every connection sends its next request when it has the answer to the last. */
export async function runClosedLoop({ url, connections, until, traffic }: ClosedLoop): Promise<Round> {
  const tally = createTally();
  const opened = Array.from({ length: connections }, () => openConnection(url));
  const startedMs = performance.now();
  const endMs = 'seconds' in until ? startedMs + until.seconds * 1000 : Infinity;
  let left = 'requests' in until ? until.requests : Infinity;
  const work = async (connection: HttpConnection) => {
    while (left > 0 && performance.now() < endMs) {
      left -= 1;
      let next: PlannedRequest | undefined = traffic();
      while (next !== undefined) next = await exchange(connection, next, tally, performance.now());
    }
  };
  try {
    await Promise.all(opened.map(work));
  } finally {
    for (const connection of opened) connection.close();
  }
  const seconds = (performance.now() - startedMs) / 1000;
  return tally.round(
    seconds,
    opened.reduce((sum, connection) => sum + connection.dropped(), 0),
  );
}

/** Sends one request and counts its answer, whose time runs from `fromMs`; returns what is to follow it. */
export async function exchange(
  connection: HttpConnection,
  { bytes, units, onAnswer }: PlannedRequest,
  tally: Tally,
  fromMs: number,
): Promise<PlannedRequest | undefined> {
  const reply = await connection.send(bytes);
  if (reply.status < 200 || reply.status > 299) {
    tally.refused();
    return undefined;
  }
  tally.answered(units, performance.now() - fromMs);
  return onAnswer?.(reply);
}
