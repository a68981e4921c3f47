import type { Client } from 'pg';
import { createTally } from '../load/tally.ts';
import type { Round } from '../load/tally.ts';

export interface BatchLoop {
  readonly clients: readonly Client[];
  readonly lines: number;
  readonly seconds: number;
  /** Resolves when a batch is committed. */
  readonly batch: (client: Client, connection: number) => Promise<void>;
}

/** Every connection sends its next batch when its last one is committed. */
export async function runBatchLoop({ clients, lines, seconds, batch }: BatchLoop): Promise<Round> {
  const tally = createTally();
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  const work = async (client: Client, connection: number) => {
    while (performance.now() < endMs) {
      const sentMs = performance.now();
      await batch(client, connection);
      tally.answered(lines, performance.now() - sentMs);
    }
  };
  await Promise.all(clients.map(work));
  return tally.round((performance.now() - startedMs) / 1000, 0);
}

/** An account of those that are a connection's own: batches that share none never wait for one another's rows. */
export function ownAccount(accounts: number, { connection, of }: { connection: number; of: number }): number {
  return Math.floor(Math.random() * Math.floor(accounts / of)) * of + connection;
}
