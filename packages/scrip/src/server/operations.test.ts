import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ServedApp } from '../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../test/support/served-app.ts';
import { Fault } from '../ledger/fault.ts';
import type { StoreHealth } from '../ledger/store.ts';

let served: ServedApp;
afterEach(() => served.close());

const HEALTHY: StoreHealth = { writable: true, readable: true, reason: null, lagEntries: 0 };

describe('readiness', () => {
  it('follows the ledger, and liveness does not', async () => {
    let health = HEALTHY;
    served = await serveAcme({ wrap: (ledger) => ({ ...ledger, health: () => health }) });
    const { ask } = served;
    expect((await ask('GET', '/readyz', { key: null })).json).toEqual({ status: 'ready' });
    health = { ...HEALTHY, writable: false, reason: 'the disk is full' };
    const unready = await ask('GET', '/readyz', { key: null });
    expect([unready.status, unready.json]).toEqual([
      503,
      { status: 'not-ready', reason: 'the disk is full' },
    ]);
    health = { ...HEALTHY, readable: false };
    expect((await ask('GET', '/readyz', { key: null })).status).toBe(503);
    expect((await ask('GET', '/livez', { key: null })).json).toEqual({ status: 'live' });
  });
});

describe('metrics', () => {
  it('count requests by route pattern and say how the ledger is', async () => {
    served = await serveAcme({
      wrap: (ledger) => ({ ...ledger, health: () => ({ ...HEALTHY, writable: false, lagEntries: 7 }) }),
    });
    await served.ask('GET', '/accounts/acme/balance');
    await served.ask('GET', '/accounts/nobody/balance');
    await served.ask('GET', '/nowhere/secret');
    const { text, headers } = await served.ask('GET', '/metrics', { key: null });
    expect(headers['content-type']).toMatch(/^text\/plain/);
    const route = 'route="/scrip/v1/accounts/:accountId/balance"';
    expect(text).toContain(`scrip_http_requests_total{method="GET",${route},status="2xx"} 1`);
    expect(text).toContain(`scrip_http_requests_total{method="GET",${route},status="4xx"} 1`);
    expect(text).toContain('scrip_http_requests_total{method="GET",route="unmatched",status="4xx"} 1');
    const durations = (part: string, labels: string) =>
      `scrip_http_request_duration_seconds_${part}{${labels}method="GET",${route}} `;
    expect(text).toContain(`${durations('count', '')}2\n`);
    expect(text).toContain(`${durations('bucket', 'le="+Inf",')}2\n`);
    expect(text).toContain(`${durations('bucket', 'le="5",')}2\n`);
    expect(text.split(durations('sum', ''))[1]).toMatch(/^0\.\d*[1-9]/);
    expect(text).toMatch(/^scrip_ledger_writable 0$/m);
    expect(text).toMatch(/^scrip_ledger_lag_entries 7$/m);
    expect(text).not.toMatch(/acme|nobody|secret/);
  });
});

describe('the event loop delay', () => {
  it('is the longest since it was last read', async () => {
    served = await serveAcme();
    const delayMs = async () => {
      const { text } = await served.ask('GET', '/metrics', { key: null });
      return Number(/^scrip_event_loop_delay_max_seconds (\S+)$/m.exec(text)?.[1]) * 1000;
    };
    const turns = () =>
      new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    // The first turn of the timer starts the measuring.
    await turns();
    await delayMs();
    await turns();
    const stalledUntil = performance.now() + 600;
    while (performance.now() < stalledUntil);
    await turns();
    const stalledMs = await delayMs();
    expect(stalledMs).toBeGreaterThan(500);
    await vi.waitFor(async () => expect(await delayMs()).toBeLessThan(stalledMs), 10_000);
  });
});

describe('a fault', () => {
  it.each([
    ['store-failed', 'unknown', undefined],
    ['overloaded', 'not-applied', '1'],
    ['store-unreadable', 'not-applied', '1'],
    ['closing', 'not-applied', '1'],
  ] as const)(
    'of the kind %s is a 503 that says whether the change may have happened',
    async (code, outcome, retryAfter) => {
      const fault = new Fault('x', { code, retryable: true, outcome });
      let isBroken = false;
      served = await serveAcme({
        wrap: (ledger) => ({
          ...ledger,
          change: (input) => (isBroken ? Promise.reject(fault) : ledger.change(input)),
          changeAll: async (inputs) => inputs.map(() => ({ error: fault })),
        }),
      });
      isBroken = true;
      const body = { pool: 'standard', amount: 1 };
      const { status, json, headers } = await served.ask('POST', '/accounts/acme/debits', { body });
      expect([status, json.code, json.outcome, headers['retry-after']]).toEqual([
        503,
        code,
        outcome,
        retryAfter,
      ]);
      const bulk = await served.ask('POST', '/debits', { body: [{ id: 'a', accountId: 'acme', ...body }] });
      expect(bulk.json.results[0]).toMatchObject({ id: 'a', status: 503, code, outcome });
    },
  );
});

describe('every reply', () => {
  it('carries a request id of the server’s own and the headers of a safe API', async () => {
    served = await serveAcme();
    const ids = new Set<unknown>();
    for (const path of [
      '/livez',
      '/accounts/acme',
      '/nowhere',
      '/scrip/v1/%zz',
      '/v1/credits',
      '/openapi.json',
    ]) {
      const { headers } = await served.ask('GET', path, { headers: { 'x-request-id': 'mine' } });
      ids.add(headers['x-request-id']);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      });
    }
    expect(ids.size).toBe(6);
    expect(ids).not.toContain('mine');
  });
});

describe('a path that nobody serves', () => {
  it('is a 404, and one with another method a 405 that names the methods', async () => {
    served = await serveAcme();
    const none = await served.ask('GET', '/accounts/acme/nothing');
    expect([none.status, none.json.code]).toEqual([404, 'not-found']);
    for (const [method, path, allow] of [
      ['DELETE', '/accounts/acme', 'GET, HEAD, PATCH'],
      ['GET', '/accounts/acme/holds/h1/capture', 'POST'],
      ['PUT', '/debits?x=1', 'POST'],
      ['POST', '/livez', 'GET, HEAD'],
    ] as const) {
      const { status, json, headers } = await served.ask(method, path);
      expect([status, json.code, headers.allow]).toEqual([405, 'method-not-allowed', allow]);
    }
  });

  it('is told whatever the body is', async () => {
    served = await serveAcme();
    for (const asking of [{ text: '{' }, { text: 'x', headers: { 'content-type': 'text/plain' } }]) {
      const none = await served.ask('POST', '/scrip/v1/nothing', asking);
      expect([none.status, none.json.code]).toEqual([404, 'not-found']);
      const other = await served.ask('PUT', '/accounts/acme', asking);
      expect([other.status, other.headers['allow']]).toEqual([405, 'GET, HEAD, PATCH']);
    }
  });
});

describe('the document', () => {
  it('is OpenAPI 3.1 and lists every route of Scrip’s own', async () => {
    served = await serveAcme();
    const { json } = await served.ask('GET', '/openapi.json', { key: null });
    expect(json.openapi).toMatch(/^3\.1\./);
    const routes = served.app
      .printRoutes({ commonPrefix: false })
      .split('\n')
      .filter((line) => line.includes('/'));
    expect(routes.length).toBeGreaterThan(20);
    const operations = Object.entries(json.paths as Record<string, Record<string, { responses: object }>>)
      .filter(([path]) => path.startsWith('/scrip/v1'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
      );
    expect(operations).toHaveLength(31);
    for (const { operation } of operations) {
      expect(Object.keys(operation.responses)).toContain('4XX');
      expect(operation).toMatchObject({
        summary: expect.any(String),
        tags: expect.any(Array),
        security: [{ key: [] }],
      });
    }
  });

  it('says that a body is needed exactly where none is refused', async () => {
    served = await serveAcme();
    const { paths } = (await served.ask('GET', '/openapi.json', { key: null })).json;
    const needs = (path: string) => paths[`/scrip/v1${path}`].post.requestBody.required;
    for (const path of ['/accounts', '/accounts/acme/keys', '/accounts/acme/close'])
      expect([
        needs(path.replace('acme', '{accountId}')),
        (await served.ask('POST', path)).status < 300,
      ]).toEqual([false, true]);
    for (const path of ['debits', 'holds', 'grants', 'quotes']) {
      expect(needs(`/accounts/{accountId}/${path}`)).toBe(true);
      expect((await served.ask('POST', `/accounts/acme/${path}`)).status).toBe(400);
    }
    const refusals = paths['/scrip/v1/accounts/{accountId}/debits'].post.responses['4XX'].content;
    expect(Object.keys(refusals)).toEqual([
      'application/problem+json',
      'application/json',
      'application/xml',
    ]);
  });
});
