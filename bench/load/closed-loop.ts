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
      await runOperation(connection, traffic(), tally, performance.now());
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

/** Sends a request and what is to follow it: one operation, whose time runs from `fromMs` to its last answer. */
export async function runOperation(
  connection: HttpConnection,
  first: PlannedRequest,
  tally: Tally,
  fromMs: number,
): Promise<void> {
  let next: PlannedRequest | undefined = first;
  let done = 0;
  let elapsedMs = 0;
  while (next !== undefined) {
    const { bytes, units, onAnswer }: PlannedRequest = next;
    const reply = await connection.send(bytes);
    if (reply.status < 200 || reply.status > 299) {
      tally.refused();
      return;
    }
    // Before the book is kept, which is no part of what is measured.
    elapsedMs = performance.now() - fromMs;
    done += units;
    next = onAnswer?.(reply);
  }
  tally.answered(done, elapsedMs);
}
