import { runOperation } from './closed-loop.ts';
import type { HttpConnection } from './http-connection.ts';
import { openConnection } from './http-connection.ts';
import type { Round } from './tally.ts';
import { createTally } from './tally.ts';
import type { Traffic } from './traffic.ts';

export interface OpenLoop {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Operations that are started a second, at random moments, whether earlier ones are answered or not. */
  readonly startsPerSecond: number;
  readonly traffic: Traffic;
}

const TICK_MS = 1;

/**
 * Operations come at moments that the server has no say in, as users do. Time runs from the moment that one was due:
 * one that had to wait behind a stall counts with its wait.
 */
export async function runOpenLoop(load: OpenLoop): Promise<Round> {
  const { url, seconds, startsPerSecond, traffic } = load;
  const tally = createTally();
  const idle = Array.from({ length: load.connections }, () => openConnection(url));
  const connections = [...idle];
  const due: number[] = [];
  const running = new Set<Promise<void>>();
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  const gapMs = () => (-Math.log(1 - Math.random()) * 1000) / startsPerSecond;
  let nextMs = startedMs + gapMs();
  let failure: unknown = null;

  async function serve(connection: HttpConnection, dueMs: number): Promise<void> {
    await runOperation(connection, traffic(), tally, dueMs);
    idle.push(connection);
    begin();
  }

  function begin(): void {
    if (failure !== null) return;
    while (due.length > 0) {
      const connection = idle.pop();
      if (connection === undefined) return;
      const served = serve(connection, due.shift() as number).catch((error: unknown) => {
        failure ??= error;
      });
      running.add(served);
      void served.then(() => running.delete(served));
    }
  }

  try {
    while (nextMs < endMs && failure === null) {
      for (const nowMs = performance.now(); nextMs <= nowMs && nextMs < endMs; nextMs += gapMs())
        due.push(nextMs);
      begin();
      await new Promise((resolve) => {
        setTimeout(resolve, TICK_MS);
      });
    }
    while (running.size > 0) await Promise.all(running);
    if (failure !== null) throw failure;
  } finally {
    for (const connection of connections) connection.close();
  }
  return tally.round(
    (performance.now() - startedMs) / 1000,
    connections.reduce((sum, connection) => sum + connection.dropped(), 0),
  );
}
