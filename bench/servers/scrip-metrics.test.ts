import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { untilDerived } from './scrip-metrics.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** Serves the lags one after the other, and the last one for ever. */
async function serve(lags: number[], reason: string | null): Promise<string> {
  server = createServer(({ url }, reply) => {
    if (url === '/readyz') {
      reply.writeHead(reason === null ? 200 : 503).end(JSON.stringify({ reason }));
      return;
    }
    const lag = lags.length > 1 ? lags.shift() : lags[0];
    reply.end(`scrip_ledger_lag_entries ${lag}\nscrip_event_loop_delay_max_seconds 0\n`);
  });
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the wait for the derived indexes', { timeout: 5000 }, () => {
  it('ends when they hold every entry', async () => {
    const url = await serve([9, 7, 0], null);
    expect(await untilDerived(url)).toBeGreaterThan(30);
  });

  it('fails with the reason of a server that is not ready', async () => {
    const url = await serve([7], 'the disk is full');
    await expect(untilDerived(url)).rejects.toThrow('the disk is full');
  });

  it('fails when they come no nearer', async () => {
    const url = await serve([9, 7], null);
    await expect(untilDerived(url, { stillMs: 100 })).rejects.toThrow('7 entries behind');
  });
});
