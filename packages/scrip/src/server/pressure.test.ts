import { dialects, ocean, supertone, voicepartner, voxpria } from '@scrip/dialects';
import { afterEach, expect, it, vi } from 'vitest';
import type { ServedApp } from '../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../test/support/served-app.ts';

const VENDOR_PATHS = [
  ['voicepartner', `${voicepartner.paths.balance}/any-key`],
  ['supertone', supertone.paths.balance],
  ['voxpria', voxpria.paths.balance],
  ['ocean', ocean.paths.balance],
] as const;

let served: ServedApp;
afterEach(() => served.close());

it('a server whose event loop lags turns requests away, in each vendor’s words, and says how it is', async () => {
  served = await serveAcme({ maxEventLoopDelayMs: 100 });
  const status = async (path: string) => (await served.ask('GET', path)).status;
  // What is looked at is the mean of a second.
  const untilMs = performance.now() + 1500;
  while (performance.now() < untilMs);
  await vi.waitFor(async () => expect(await status('/accounts/acme/balance')).toBe(503), { timeout: 3000 });
  const refused = await served.ask('POST', '/accounts/acme/debits', {
    body: { pool: 'standard', amount: 1 },
  });
  expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([
    503,
    'overloaded',
    '1',
  ]);
  for (const [vendor, path] of VENDOR_PATHS) {
    const { status: answered, text, headers } = await served.ask('GET', path, { key: null });
    const { body } = dialects[vendor].encodeRefusal({ code: 'unavailable', retryAfterSeconds: 1 });
    expect([vendor, answered, text, headers['retry-after']]).toEqual([vendor, 503, body, '1']);
  }
  expect(await Promise.all(['/livez', '/readyz', '/metrics'].map(status))).toEqual([200, 200, 200]);
  await vi.waitFor(async () => expect(await status('/accounts/acme/balance')).toBe(200), { timeout: 5000 });
});
