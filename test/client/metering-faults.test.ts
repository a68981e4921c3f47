import { describe, expect, it, vi } from 'vitest';
import { systemRuntime } from '../../packages/client/src/runtime.ts';
import { OPERATOR_KEY } from '../support/scrip-process.ts';
import {
  ADDRESS,
  isCapture,
  isPlacing,
  isRelease,
  PATIENCE_MS,
  standing,
  useProxiedMeter,
} from './proxied-meter.ts';

const at = useProxiedMeter();

/** Replies wait for nothing. */
const impatient = {
  sleep: async (ms: number, signal?: AbortSignal) => systemRuntime.sleep(ms === PATIENCE_MS ? 0 : 20, signal),
};

/** What a gateway says of an address that it does not know. */
const noRoute = {
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"no Route matched with those values"}',
};

const busy = {
  status: 503,
  headers: { 'content-type': 'application/problem+json', 'retry-after': '120' },
  body: '{"status":503,"code":"overloaded","title":"Busy","detail":"Wait.","outcome":"not-applied"}',
};

describe('while Scrip cannot be reached', () => {
  it.each([
    ['refuse', undefined, '"code":"metering-unavailable"'],
    ['refuse', 'ocean', '{"detail":"Service Unavailable"}'],
    ['page', undefined, '"code":"metering-unavailable"'],
    ['no page', 'ocean', '{"detail":"Service Unavailable"}'],
    ['page', 'ocean', '{"detail":"Service Unavailable"}'],
  ] as const)('(%s, in %s) work is refused and not done', async (fate, dialect, words) => {
    const { account, ask, worked } = await at.open({ dialect });
    at.proxy.decide(() => fate);
    const reply = await ask();
    expect(reply).toMatchObject({ status: 503, text: expect.stringContaining(words) });
    expect(reply.headers.get('retry-after')).toBe('1');
    expect(worked()).toBe(0);
    expect(await standing(account)).toEqual({ settled: '100', held: '0' });
  });

  it('work may be allowed, and is told of, with what it used', async () => {
    const { account, ask, uncharged } = await at.open({ whenUnreachable: 'allow' });
    at.proxy.decide(() => 'refuse');
    expect(await ask(() => new Response('broken', { status: 500 }))).toMatchObject({ status: 500 });
    expect(uncharged).toEqual([]);
    expect(await ask()).toMatchObject({ status: 200, text: 'done' });
    expect(uncharged).toMatchObject([
      { accountId: account.id, action: 'sms', used: { quantity: 10 }, hold: null, debit: null },
    ]);
    expect(uncharged[0]?.error).toMatchObject({ name: 'ConnectionError' });
  });

  it('work that is allowed then is still refused where Scrip says no', async () => {
    const { ask, worked } = await at.open({ whenUnreachable: 'allow', quantity: 101 });
    expect((await ask()).status).toBe(402);
    expect(worked()).toBe(0);
  });
});

describe('a capture', () => {
  it.each(['refuse', 'page', 'no page', 'lose'] as const)(
    'that fails (%s) is sent again, and takes once',
    async (fate) => {
      const { account, ask, uncharged } = await at.open();
      let captures = 0;
      at.proxy.decide((request) => (isCapture(request) && (captures += 1) <= 2 ? fate : 'pass'));
      expect((await ask()).status).toBe(200);
      expect(captures).toBe(3);
      expect(await standing(account)).toEqual({ settled: '90', held: '0' });
      expect(uncharged).toEqual([]);
    },
  );

  it.each([
    ['waits as long as Scrip asks for', 900, [120_000, 120_000]],
    ['does not wait so long that no time is left to capture', 200, [375, 750]],
  ])('%s', async (_what, ttlSeconds, expected) => {
    const waits: number[] = [];
    const sleep = async (ms: number, signal?: AbortSignal) => {
      if (ms !== PATIENCE_MS) waits.push(ms);
      return systemRuntime.sleep(ms === PATIENCE_MS ? 60_000 : 20, signal);
    };
    const { ask } = await at.open({ ttlSeconds, runtime: { sleep, random: () => 0.5 } });
    let captures = 0;
    at.proxy.decide((request) => (isCapture(request) && (captures += 1) <= 2 ? busy : 'pass'));
    expect((await ask()).status).toBe(200);
    expect(waits).toEqual(expected);
  });

  it('that never succeeds is told of, and the customer has the work all the same', async () => {
    const { account, ask, uncharged } = await at.open({ ttlSeconds: 1 });
    at.proxy.decide((request) => (isCapture(request) ? 'refuse' : 'pass'));
    expect(await ask(({ use }) => (use({ quantity: 3 }), new Response('done')))).toMatchObject({
      text: 'done',
    });
    expect(uncharged).toHaveLength(1);
    const [work] = uncharged;
    expect(work).toMatchObject({
      accountId: account.id,
      used: { quantity: 3 },
      hold: { amount: '10' },
      debit: null,
    });
    // What the page tells to do about it.
    await account.debit({ action: 'sms', quantity: 3 }, { id: work?.id });
    await expect
      .poll(async () => standing(account), { timeout: 20_000 })
      .toEqual({ settled: '97', held: '0' });
  });

  it('after the deadline is refused and told of, never a silent debit', async () => {
    const { account, ask, uncharged } = await at.open({ ttlSeconds: 1 });
    await ask(async () => {
      await expect
        .poll(async () => standing(account), { timeout: 20_000 })
        .toEqual({ settled: '100', held: '0' });
      return new Response('done');
    });
    expect(uncharged).toMatchObject([{ error: { code: 'hold-expired' }, debit: null }]);
    expect(await standing(account)).toEqual({ settled: '100', held: '0' });
  });

  it.each([
    [{ quantity: 11 }, 'capture-exceeds-hold'],
    [{ quantity: 1000, allowExcess: true }, 'insufficient-credits'],
    [{ quantity: -1 }, 'invalid-request'],
  ])('of %j takes the whole hold, and tells of it', async (used, code) => {
    const { account, ask, uncharged } = await at.open();
    await ask(({ use }) => (use(used), new Response('done')));
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
    expect(uncharged).toMatchObject([{ used, error: { code }, debit: { amount: '10' } }]);
  });

  it.each([
    [{}, '90'],
    [{ quantity: 3 }, '97'],
  ])('of %j whose reply was lost is not told of as undone when Scrip is away then', async (used, settled) => {
    const { account, ask, uncharged } = await at.open({ ttlSeconds: 1 });
    let captures = 0;
    at.proxy.decide((request) =>
      isCapture(request) ? ((captures += 1) === 1 ? 'lose' : 'no page') : 'pass',
    );
    await ask(({ use }) => (use(used), new Response('done')));
    expect(uncharged).toMatchObject([{ error: { code: 'not-scrip', outcome: 'unknown' }, debit: null }]);
    expect(await standing(account)).toEqual({ settled, held: '0' });
  });

  it('of all that was held, whose reply was lost, is not told of as undone', async () => {
    const { account, ask, uncharged } = await at.open({ ttlSeconds: 1 });
    let captures = 0;
    at.proxy.decide((request) => (isCapture(request) && (captures += 1) > 1 ? 'lose' : 'pass'));
    await ask(({ use }) => (use({ quantity: 11 }), new Response('done')));
    expect(uncharged).toMatchObject([
      { error: { code: 'capture-exceeds-hold', outcome: 'unknown' }, debit: null },
    ]);
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  });

  it('of what is no amount, and of nothing said, takes the whole hold', async () => {
    for (const used of [{ quantity: '' }, undefined]) {
      const { account, ask } = await at.open();
      expect((await ask(({ use }) => (use(used as never), new Response('done')))).text).toBe('done');
      expect(await standing(account)).toEqual({ settled: '90', held: '0' });
    }
  });

  it('does not keep the reply waiting for long', async () => {
    const { account, ask } = await at.open({ runtime: impatient });
    let isUp = false;
    at.proxy.decide((request) => (isCapture(request) && !isUp ? 'refuse' : 'pass'));
    expect((await ask()).text).toBe('done');
    expect(await standing(account)).toEqual({ settled: '100', held: '10' });
    isUp = true;
    await expect
      .poll(async () => standing(account), { timeout: 20_000 })
      .toEqual({ settled: '90', held: '0' });
  });
});

it('a release that fails is told of, and the hold ends at its deadline', async () => {
  const failed: unknown[] = [];
  const { account, ask } = await at.open({ ttlSeconds: 1, onReleaseFailed: (hold) => failed.push(hold.id) });
  at.proxy.decide((request) => (isRelease(request) ? 'refuse' : 'pass'));
  expect((await ask(() => new Response('broken', { status: 500 }))).status).toBe(500);
  expect(failed).toHaveLength(1);
  await expect
    .poll(async () => standing(account), { timeout: 20_000 })
    .toEqual({ settled: '100', held: '0' });
});

describe('a reply that nobody reads to its end', () => {
  const partly = () => new Response(ReadableStream.from(['one', 'two']).pipeThrough(new TextEncoderStream()));

  it('is paid for when its body is cancelled', async () => {
    const { account, route } = await at.open();
    const reply = await route(partly)(new Request(ADDRESS), {});
    await reply.body?.cancel();
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  });

  it('is paid for when the customer goes, and the server forgets the body', async () => {
    const { account, route } = await at.open();
    const leaving = new AbortController();
    await route(partly)(new Request(ADDRESS, { signal: leaving.signal }), {});
    leaving.abort();
    await expect
      .poll(async () => standing(account), { timeout: 20_000 })
      .toEqual({ settled: '90', held: '0' });
  });

  it('is paid for when the customer goes, and the source of the body stops with the request', async () => {
    const { account, route } = await at.open();
    const leaving = new AbortController();
    const stopping = () => {
      const source = new TransformStream();
      leaving.signal.addEventListener('abort', () => void source.writable.abort(new Error('gone')));
      return new Response(source.readable);
    };
    const reply = await route(stopping)(new Request(ADDRESS, { signal: leaving.signal }), {});
    const read = reply.text();
    leaving.abort();
    await expect(read).rejects.toThrow('gone');
    await expect
      .poll(async () => standing(account), { timeout: 20_000 })
      .toEqual({ settled: '90', held: '0' });
  });
});

it('a meter without a Scrip takes the one of the environment, at the first request', async () => {
  const { account, route } = await at.open({ scrip: undefined });
  vi.stubEnv('SCRIP_URL', at.server.url);
  const made = route(() => new Response('done'));
  await expect(made(new Request(ADDRESS), {})).rejects.toMatchObject({ code: 'key-missing' });
  vi.stubEnv('SCRIP_KEY', OPERATOR_KEY);
  expect(await (await made(new Request(ADDRESS), {})).text()).toBe('done');
  vi.unstubAllEnvs();
  expect(await standing(account)).toEqual({ settled: '90', held: '0' });
});

describe('an Idempotency-Key', () => {
  it('that was paid for is refused, and its work is not done again', async () => {
    const { account, ask, worked } = await at.open({ dialect: 'ocean' });
    expect((await ask(undefined, 'one')).status).toBe(200);
    const again = await ask(undefined, '"one"');
    expect(again).toMatchObject({ status: 422, text: expect.stringContaining('idempotency-key') });
    expect(worked()).toBe(1);
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
    expect((await ask(undefined, 'two')).status).toBe(200);
  });

  it('of work in progress is refused', async () => {
    const { account, ask, worked } = await at.open();
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const first = ask(async () => {
      begun.resolve();
      await gate.promise;
      return new Response('done');
    }, 'one');
    await begun.promise;
    expect((await ask(undefined, 'one')).status).toBe(422);
    gate.resolve();
    expect((await first).status).toBe(200);
    expect(worked()).toBe(1);
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  });

  it('whose work failed may be used again, and takes once', async () => {
    const { account, ask, worked } = await at.open();
    for (const status of [500, 422])
      expect(await ask(() => new Response(null, { status }), 'one')).toMatchObject({ status });
    await ask(() => Response.error(), 'one');
    const replies = await Promise.all([1, 2, 3].map(async () => (await ask(undefined, 'one')).status));
    expect(replies.toSorted((a, b) => a - b)).toEqual([200, 422, 422]);
    expect(worked()).toBe(4);
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  });

  it('that found no credits may be used again after a top-up', async () => {
    const { account, ask } = await at.open({ quantity: 101 });
    expect((await ask(undefined, 'one')).status).toBe(402);
    await account.grant({ pool: 'standard', amount: 1, kind: 'one-time' });
    expect((await ask(undefined, 'one')).status).toBe(200);
    expect(await standing(account)).toEqual({ settled: '0', held: '0' });
  });

  it('is kept over a lost reply of Scrip: one hold, one debit', async () => {
    const { account, ask, worked } = await at.open({
      scrip: at.server.create({ url: at.proxy.url, maxRetries: 1 }),
    });
    let placings = 0;
    at.proxy.decide((request) => (isPlacing(request) && (placings += 1) === 1 ? 'lose' : 'pass'));
    expect((await ask(undefined, 'one')).status).toBe(200);
    expect([placings, worked()]).toEqual([2, 1]);
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  });
});

describe('what is not worth a reply of Scrip', () => {
  it('is said on the console: a refused key, and no key', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const scrip = at.server.create({ key: 'scrip_op_another_key', maxRetries: 0 });
    const { ask } = await at.open({ scrip, onRefused: undefined });
    const reply = await ask();
    expect(reply).toMatchObject({ status: 503, text: expect.stringContaining('metering-unavailable') });
    expect(said.mock.calls).toEqual([[expect.stringContaining('credential-unknown')]]);
    expect(JSON.stringify(said.mock.calls)).not.toContain('another_key');
    said.mockRestore();
  });

  it('an account that nobody could name is a mistake of the server, and nothing is done', async () => {
    const { ask, worked } = await at.open({ account: () => '..', whenUnreachable: 'allow' });
    await expect(ask()).rejects.toMatchObject({ name: 'ConfigurationError' });
    expect(worked()).toBe(0);
  });

  it('an account that does not exist is not found, and nothing is done', async () => {
    const { ask, worked } = await at.open({ account: () => 'nobody', dialect: 'ocean' });
    const reply = await ask();
    expect([reply.status, reply.text, reply.headers.get('content-type')]).toEqual([404, '', null]);
    expect(worked()).toBe(0);
  });

  it('a caller without an account is unknown, in the dialect', async () => {
    const { ask, worked } = await at.open({ account: () => null, dialect: 'voxpria' });
    expect(await ask()).toMatchObject({ status: 401, text: expect.stringContaining('unauthorized') });
    expect(worked()).toBe(0);
  });
});

it.each([
  [undefined, noRoute],
  ['ocean', 'no page'],
  ['ocean', noRoute],
  ['supertone', noRoute],
  ['voicepartner', noRoute],
  ['voxpria', noRoute],
  ['supertone', { ...noRoute, body: '{"status":404,"error":"Not Found"}' }],
  ['ocean', { ...noRoute, body: '{"detail":"Not Found"}' }],
] as const)('(%s) a proxy’s word after a lost reply is not Scrip’s: %j', async (dialect, word) => {
  const { account, ask, worked } = await at.open({ dialect });
  let spends = 0;
  at.proxy.decide((request) =>
    request.includes('/debits') ? ((spends += 1) === 1 ? 'lose' : word) : 'pass',
  );
  const behind = at.server.create({ url: at.proxy.url }).account(account.id);
  await expect(behind.debit({ action: 'sms', quantity: 10 }, { id: 'd1', dialect })).rejects.toMatchObject({
    code: 'not-scrip',
    outcome: 'unknown',
  });
  expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  at.proxy.decide(() => word);
  expect((await ask()).status).toBe(503);
  expect(worked()).toBe(0);
});

it('a proxy’s own limit is no word to the customer', async () => {
  const { ask, worked } = await at.open();
  at.proxy.decide(() => ({ ...noRoute, status: 429, body: '{"message":"API rate limit exceeded"}' }));
  expect(await ask()).toMatchObject({
    status: 503,
    text: expect.stringContaining('metering-unavailable') as string,
  });
  expect(worked()).toBe(0);
});

it.each([
  [
    'Scrip',
    429,
    {
      status: 429,
      headers: { 'content-type': 'application/problem+json' },
      body: '{"title":"Too Many Requests","status":429,"code":"rate-limited","detail":"Wait."}',
    },
  ],
  ['a proxy', 503, { ...noRoute, status: 429, body: '{"message":"API rate limit exceeded"}' }],
] as const)('a limit of %s is no leave to work unpaid', async (_whose, status, answer) => {
  const { ask, worked } = await at.open({ whenUnreachable: 'allow' });
  at.proxy.decide(() => answer);
  expect((await ask()).status).toBe(status);
  expect(worked()).toBe(0);
});

it('a key of the server’s own that is refused is no word to the customer, nor leave to work', async () => {
  for (const dialect of ['supertone', undefined] as const) {
    const scrip = at.server.create({ key: 'scrip_op_another_key', maxRetries: 0 });
    const { ask, worked } = await at.open({ scrip, dialect, whenUnreachable: 'allow' });
    expect((await ask()).status).toBe(503);
    expect(worked()).toBe(0);
  }
});

describe('a placing without an answer', () => {
  it('sets nothing aside for long', async () => {
    const { account, ask, worked } = await at.open();
    let placings = 0;
    at.proxy.decide((request) => (isPlacing(request) && (placings += 1) === 1 ? 'lose' : 'pass'));
    expect((await ask()).status).toBe(503);
    await expect
      .poll(async () => standing(account), { timeout: 20_000 })
      .toEqual({ settled: '100', held: '0' });
    expect(worked()).toBe(0);
  });

  it('takes the hold of no other request with the same key away', async () => {
    const { account, ask } = await at.open();
    const first = ask(async () => {
      let placings = 0;
      at.proxy.decide((request) => (isPlacing(request) && (placings += 1) === 1 ? 'lose' : 'pass'));
      expect((await ask(undefined, 'one')).status).toBe(503);
      await expect.poll(() => placings).toBe(2);
      return new Response('done');
    }, 'one');
    expect((await first).status).toBe(200);
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  });
});

it('work is not begun under a hold of which nobody says how it stands', async () => {
  const { account } = await at.open();
  await account.placeHold({ action: 'sms', quantity: 10 }, { id: 'job' });
  at.proxy.decide((request) => (isCapture(request) ? 'no page' : 'pass'));
  let worked = 0;
  const behind = at.server.create({ url: at.proxy.url, maxRetries: 0 }).account(account.id);
  const asked = behind.withHold('sms', 10, () => (worked += 1), { id: 'job' });
  await expect(asked).rejects.toMatchObject({ code: 'not-scrip', outcome: 'unknown' });
  expect(worked).toBe(0);
});
