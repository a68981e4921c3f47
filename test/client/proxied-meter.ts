import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { ScripAccount } from '../../packages/client/src/index.ts';
import type {
  Metered,
  MeterOptions,
  UnchargedWork,
} from '../../packages/client/src/metering/meter-options.ts';
import { meter } from '../../packages/client/src/metering/next.ts';
import { systemRuntime } from '../../packages/client/src/runtime.ts';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';
import { type ScripServer, startScripServer } from './scrip-server.ts';

export const ADDRESS = 'http://127.0.0.1/work';
/** How long a meter lets a reply wait for its capture. */
export const PATIENCE_MS = 2000;
/** Captures are sent again at once, and replies wait for them as long as it takes. */
const hurried = {
  sleep: async (ms: number, signal?: AbortSignal) =>
    systemRuntime.sleep(ms === PATIENCE_MS ? 60_000 : 20, signal),
};

type Handler = (metered: Metered) => Response | Promise<Response>;

export const isPlacing = (request: string) => /\/holds(\?|$)/.test(request);
export const isCapture = (request: string) => request.endsWith('/capture');
export const isRelease = (request: string) => request.endsWith('/release');

/** Metered routes for the tests of one file. Between them and their Scrip is a proxy that loses what it is told to lose. */
export function useProxiedMeter() {
  let server: ScripServer;
  let proxy: FaultyProxy;
  beforeAll(async () => {
    server = await startScripServer();
    proxy = await startFaultyProxy(server.url);
  }, 60_000);
  afterAll(async () => {
    proxy.close();
    await server.stop();
  });
  beforeEach(() => proxy.decide(() => 'pass'));

  /** A route that takes up to 10 of the 100 credits of an account of its own, through the proxy. */
  async function open(options: Partial<MeterOptions<Request>> = {}) {
    const account = await server.openAccount();
    const uncharged: UnchargedWork[] = [];
    const given = {
      scrip: server.create({ url: proxy.url, maxRetries: 0 }),
      account: () => account.id,
      action: 'sms',
      quantity: 10,
      runtime: hurried,
      onRefused: () => {},
      onUncharged: (work: UnchargedWork) => uncharged.push(work),
      ...options,
    };
    let worked = 0;
    const route = (handler: Handler) =>
      meter(given, async (_request: Request, _context, metered) => {
        worked += 1;
        return handler(metered);
      });
    const ask = async (handler: Handler = () => new Response('done'), key?: string) => {
      const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
      const reply = await route(handler)(new Request(ADDRESS, { headers }), {});
      return { status: reply.status, headers: reply.headers, text: await reply.text() };
    };
    return { account, ask, route, uncharged, worked: () => worked };
  }

  return {
    get server() {
      return server;
    },
    get proxy() {
      return proxy;
    },
    open,
  };
}

export async function standing(account: ScripAccount) {
  const [pool] = (await account.balance()).pools;
  return { settled: pool?.settled, held: pool?.held };
}
