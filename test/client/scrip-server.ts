import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Scrip, type ScripAccount, type ScripOptions } from '../../packages/client/src/index.ts';
import { OPERATOR_KEY, startScrip } from '../support/scrip-process.ts';

export interface LosingProxy {
  readonly url: string;
  /** Each request that came by: its method and the id of its change. */
  readonly passed: readonly string[];
}

/** A real Scrip, and clients of it. */
export interface ScripServer {
  readonly url: string;
  readonly create: (options?: ScripOptions) => Scrip;
  /** An account of its own with 100 standard credits. */
  readonly openAccount: (options?: ScripOptions) => Promise<ScripAccount>;
  /** Passes requests on to the server, and loses the first `count` replies. */
  readonly loseReplies: (count: number) => Promise<LosingProxy>;
  readonly stop: () => Promise<void>;
}

export async function startScripServer(): Promise<ScripServer> {
  const data = mkdtempSync(join(tmpdir(), 'scrip-client-'));
  const server = await startScrip({ data });
  const closing: (() => void)[] = [];
  // A machine with too much to do turns changes away for a moment.
  const patience = { timeoutMs: 60_000, maxRetries: 10 };
  const create = (options: ScripOptions = {}) =>
    new Scrip({ url: server.url, key: OPERATOR_KEY, ...patience, ...options });
  return {
    url: server.url,
    create,
    openAccount: async (options = {}) => {
      const { id } = await create().openAccount();
      await create().account(id).grant({ pool: 'standard', amount: 100, kind: 'one-time' });
      return create(options).account(id);
    },
    loseReplies: async (count) => {
      const { close, ...proxy } = await startLosingProxy(server.url, count);
      closing.push(close);
      return proxy;
    },
    stop: async () => {
      for (const close of closing) close();
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export const availableOf = async (account: ScripAccount) => (await account.balance()).pools[0]?.available;

async function startLosingProxy(target: string, count: number): Promise<LosingProxy & { close: () => void }> {
  const passed: string[] = [];
  const proxy = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        passed.push(`${request.method} ${String(request.headers['idempotency-key'])}`);
        const isLost = passed.length <= count;
        const headers = { ...request.headers } as Record<string, string>;
        for (const name of ['host', 'connection', 'content-length']) delete headers[name];
        const reply = await fetch(`${target}${request.url}`, {
          method: request.method ?? '',
          headers,
          ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
        });
        const text = await reply.text();
        const type = reply.headers.get('content-type') ?? 'text/plain';
        if (isLost) request.socket.destroy();
        else response.writeHead(reply.status, { 'content-type': type }).end(text);
      })();
    });
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    passed,
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
