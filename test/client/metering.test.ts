import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScripAccount } from '../../packages/client/src/index.ts';
import type { Metered, MeterOptions } from '../../packages/client/src/metering/meter-options.ts';
import { OPERATOR_KEY } from '../support/scrip-process.ts';
import { availableOf, type ScripServer, startScripServer } from './scrip-server.ts';
import { frameworks, type Made, type MeteredServer, type Work } from './metered-server.ts';

let server: ScripServer;
const open: MeteredServer[] = [];
beforeAll(async () => {
  server = await startScripServer();
}, 60_000);
afterAll(async () => {
  for (const metered of open) metered.close();
  await server.stop();
});

type Options = Partial<MeterOptions<unknown>>;

const done: Made = { status: 200, body: 'it is done' };

/** A route that takes up to 10 of the 100 credits of an account of its own. */
async function start(name: string, work: Work, options: Options = {}) {
  const account = await server.openAccount();
  const scrip = server.create({ maxRetries: 0 });
  const given = { scrip, action: 'sms', quantity: 10, ...options, account: () => account.id };
  const metered = await frameworks[name]?.(given, work);
  if (metered === undefined) throw new Error(`there is no framework ${name}`);
  open.push(metered);
  return { account, ask: async (init: RequestInit = {}) => fetch(`${metered.url}/work`, init) };
}

describe.each(['Express', 'Fastify', 'Hono', 'Next.js'])('a metered route of %s', (name) => {
  it('holds while it works, and has taken all of the hold when the reply is there', async () => {
    let held: unknown;
    const { account, ask } = await start(name, async ({ hold }) => {
      held = [hold?.amount, (await account.balance()).pools[0]?.held];
      return done;
    });
    const reply = await ask();
    expect([reply.status, await reply.text()]).toEqual([200, done.body]);
    expect(held).toEqual(['10', '10']);
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  });

  it.each([
    [{ quantity: 4 }, '96'],
    [{ amount: '2.5' }, '97.5'],
    [{ quantity: 0 }, '100'],
    [{ quantity: 12, allowExcess: true }, '88'],
  ])('whose handler says that it used %j is paid for that', async (used, left) => {
    const { account, ask } = await start(name, (metered) => {
      metered.use(used);
      return done;
    });
    await (await ask()).text();
    expect(await standing(account)).toEqual({ settled: left, held: '0' });
  });

  it.each([
    [302, '90'],
    [404, '100'],
    [500, '100'],
  ])('that answers with %i leaves %s credits', async (status, left) => {
    const { account, ask } = await start(name, () => ({ status, body: 'so it is' }));
    const reply = await ask({ redirect: 'manual' });
    expect([reply.status, await reply.text()]).toEqual([status, 'so it is']);
    expect(await standing(account)).toEqual({ settled: left, held: '0' });
  });

  it('may say itself which replies are paid for', async () => {
    const { account, ask } = await start(name, () => ({ status: 404, body: 'nothing found' }), {
      isCharged: (status) => status === 404,
    });
    expect(await (await ask()).text()).toBe('nothing found');
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  });

  it('gives everything back when the handler throws, whatever it said', async () => {
    const { account, ask } = await start(name, (metered) => {
      metered.use({ quantity: 5 });
      throw new Error('the carrier is down');
    });
    const reply = await ask();
    await reply.text();
    expect(reply.status).toBe(500);
    expect(await standing(account)).toEqual({ settled: '100', held: '0' });
  });

  it('is paid for when the customer goes before the reply, and the work is done', async () => {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const { account, ask } = await start(name, async () => {
      begun.resolve();
      await gate.promise;
      return done;
    });
    const leaving = new AbortController();
    const asked = ask({ signal: leaving.signal });
    await begun.promise;
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    gate.resolve();
    await expect
      .poll(async () => standing(account), { timeout: 20_000 })
      .toEqual({ settled: '90', held: '0' });
  });

  it('is paid for a HEAD as for a GET', async () => {
    const { account, ask } = await start(name, () => done);
    expect((await ask({ method: 'HEAD' })).status).toBe(200);
    expect(await standing(account)).toEqual({ settled: '90', held: '0' });
  });

  it.each(['ocean', 'supertone', 'voicepartner', 'voxpria', undefined] as const)(
    'refuses in the dialect %s, byte for byte as Scrip does, and does not work',
    async (dialect) => {
      let worked = 0;
      const { account, ask } = await start(name, () => ((worked += 1), done), { dialect, quantity: 101 });
      const reply = await ask();
      const query = dialect === undefined ? '' : `?dialect=${dialect}`;
      const own = await fetch(`${server.url}/scrip/v1/accounts/${account.id}/holds${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${OPERATOR_KEY}`, 'content-type': 'application/json' },
        body: '{"action":"sms","quantity":101}',
      });
      expect(reply.status).toBe(402);
      expect(await reply.text()).toBe(await own.text());
      expect(reply.headers.get('content-type')).toBe(own.headers.get('content-type'));
      expect(worked).toBe(0);
      expect(await availableOf(account)).toBe('100');
    },
  );
});

describe.each(Object.keys(frameworks))('a metered stream of %s', (name) => {
  it('passes its parts on as they are made, and the end comes when it is paid for', async () => {
    const gate = Promise.withResolvers<void>();
    const { account, ask } = await start(name, (metered) => ({ parts: twoParts(metered, gate.promise) }));
    const reader = (await ask()).body?.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader?.read()).toMatchObject({ value: 'one' });
    expect(await standing(account)).toEqual({ settled: '100', held: '10' });
    gate.resolve();
    expect(await reader?.read()).toMatchObject({ value: 'two' });
    expect(await reader?.read()).toMatchObject({ done: true });
    expect(await standing(account)).toEqual({ settled: '98', held: '0' });
  });

  it('is paid for what it has said so far when the customer goes in the middle of the stream', async () => {
    const gate = Promise.withResolvers<void>();
    const { account, ask } = await start(name, (metered) => ({ parts: twoParts(metered, gate.promise) }));
    const leaving = new AbortController();
    const reader = (await ask({ signal: leaving.signal })).body?.getReader();
    await reader?.read();
    leaving.abort();
    await expect
      .poll(async () => standing(account), { timeout: 20_000 })
      .toEqual({ settled: '99', held: '0' });
    gate.resolve();
  });

  it('gives everything back when the stream fails on its way', async () => {
    const gate = Promise.withResolvers<void>();
    const { account, ask } = await start(name, (metered) => ({ parts: brokenParts(metered, gate.promise) }));
    const reader = (await ask()).body?.getReader();
    await reader?.read();
    gate.resolve();
    await expect(reader?.read()).rejects.toThrow('terminated');
    await expect
      .poll(async () => standing(account), { timeout: 20_000 })
      .toEqual({ settled: '100', held: '0' });
  });
});

async function* twoParts(metered: Metered, gate: Promise<void>): AsyncGenerator<string> {
  metered.use({ quantity: 1 });
  yield 'one';
  await gate;
  metered.use({ quantity: 2 });
  yield 'two';
}

async function* brokenParts(metered: Metered, gate: Promise<void>): AsyncGenerator<string> {
  metered.use({ quantity: 1 });
  yield 'one';
  await gate;
  throw new Error('the source broke');
}

async function standing(account: ScripAccount) {
  const [pool] = (await account.balance()).pools;
  return { settled: pool?.settled, held: pool?.held };
}
