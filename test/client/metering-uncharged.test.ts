import { describe, expect, it, vi } from 'vitest';
import type { Metered } from '../../packages/client/src/metering/meter-options.ts';
import type { Answer, Fate } from './faulty-proxy.ts';
import { isCapture, isRelease, standing, useProxiedMeter } from './proxied-meter.ts';

const at = useProxiedMeter();

const isSettled = (settled: string) => ({ settled, held: '0' });

const done = () => new Response('done');
const using = (used: object) => (metered: Metered) => (metered.use(used), done());

/** The proxy's fate for captures: `first` for as many, then `then`. */
function decideCaptures(first: Fate, then: Fate, count = 1): void {
  let captures = 0;
  at.proxy.decide((request) => (isCapture(request) ? ((captures += 1) <= count ? first : then) : 'pass'));
}

const redirect: Answer = { status: 302, headers: { location: 'https://sso.example/' }, body: '' };
const problem = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ type: `/problems/${code}`, title: 'No', status, code, detail: 'Not now.' }),
});

it('work whose hold somebody else has captured is nothing to debit', async () => {
  const { account, ask, uncharged } = await at.open();
  await ask(async ({ hold }) => {
    await account.captureHold(hold?.id ?? '', {}, { id: 'by-hand' });
    return done();
  });
  expect(await standing(account)).toEqual(isSettled('90'));
  expect(uncharged).toMatchObject([{ error: { code: 'hold-resolved' }, debit: null, charge: null }]);
});

describe('a capture of a part of the hold', () => {
  it.each([
    ['a redirect', redirect],
    ['a request that came too slowly', problem(408, 'request-timeout')],
  ])('that comes to %s is sent again, and takes the part', async (_what, answer) => {
    const { account, ask, uncharged } = await at.open();
    decideCaptures(answer, 'pass');
    await ask(using({ quantity: 1 }));
    expect(await standing(account)).toEqual(isSettled('99'));
    expect(uncharged).toEqual([]);
  });

  it.each([401, 403, 405])('that is refused with %i does not take the whole hold', async (status) => {
    const { account, ask, uncharged } = await at.open({ ttlSeconds: 1 });
    decideCaptures(problem(status, 'forbidden'), 'pass');
    await ask(using({ quantity: 1 }));
    expect((await standing(account)).settled).toBe('100');
    expect(uncharged).toMatchObject([{ debit: null, charge: { action: 'sms', quantity: 1 } }]);
  });

  it('whose id is that of another debit does not take the whole hold', async () => {
    const { account, ask, uncharged } = await at.open({ ttlSeconds: 1 });
    await ask(async ({ hold, use }) => {
      await account.debit({ action: 'sms', quantity: 2 }, { id: `${hold?.id}:capture` });
      use({ quantity: 1 });
      return done();
    });
    expect((await standing(account)).settled).toBe('98');
    expect(uncharged).toMatchObject([{ error: { code: 'idempotency-mismatch' }, debit: null }]);
  });
});

describe('work that was not paid for', () => {
  it.each([
    [{}, 'pass', '90'],
    [{ quantity: 3 }, 'pass', '97'],
    [{ amount: '3' }, 'pass', '97'],
    [{ quantity: 3, allowExcess: true }, 'pass', '97'],
    [{ quantity: 3 }, 'lose', '97'],
    [{ quantity: 11 }, 'lose all', '90'],
  ] as const)('(%j, %s) is paid for once by what is told of it', async (used, fate, settled) => {
    const { account, ask, uncharged } = await at.open({ ttlSeconds: 1 });
    if (fate === 'lose') decideCaptures('lose', 'no page');
    let captures = 0;
    if (fate === 'lose all')
      at.proxy.decide((request) =>
        isCapture(request) && (captures += 1) > 1 ? (captures === 2 ? 'lose' : 'refuse') : 'pass',
      );
    await ask(async ({ use }) => {
      use(used);
      if (fate === 'pass')
        await expect.poll(async () => standing(account), { timeout: 20_000 }).toEqual(isSettled('100'));
      return done();
    });
    expect(uncharged).toHaveLength(1);
    for (const { accountId, charge, id } of uncharged) {
      if (charge === null) throw new Error('nothing is told to debit');
      const debited = at.server.create().account(accountId).debit(charge, { id });
      if (fate === 'pass') await debited;
      else await expect(debited).rejects.toMatchObject({ code: 'idempotency-mismatch' });
    }
    expect(await standing(account)).toEqual(isSettled(settled));
  });

  it('is nothing to debit where the whole hold was taken, or where no pool is known', async () => {
    const { ask, uncharged } = await at.open({ whenUnreachable: 'allow' });
    await ask(using({ quantity: 11 }));
    at.proxy.decide(() => 'refuse');
    await ask(using({ amount: 2 }));
    await ask(using({ quantity: 2 }));
    expect(uncharged).toMatchObject([
      { debit: { amount: '10' }, charge: null },
      { hold: null, charge: null },
      { hold: null, charge: { action: 'sms', quantity: 2 } },
    ]);
  });

  it('is said to be open on the console where its capture may have happened', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { ask } = await at.open({ ttlSeconds: 1, onUncharged: undefined });
    decideCaptures('lose', 'refuse');
    await ask(done);
    const [line] = said.mock.calls[0] ?? [];
    said.mockRestore();
    expect(line).toMatch(/it is unknown whether it was paid for .*"id":"meter:[^"]+:capture"/);
  });
});

describe('a callback that rejects', () => {
  it('is said on the console, and changes nothing', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const away = async () => Promise.reject(new Error('the list of debts is away'));
    const { account, ask } = await at.open({ onRefused: away, onUncharged: away, onReleaseFailed: away });
    await ask(using({ quantity: 11 }));
    at.proxy.decide((request) => (isRelease(request) ? 'refuse' : 'pass'));
    await ask(() => new Response('broken', { status: 500 }));
    at.proxy.decide(() => 'refuse');
    expect((await ask(done)).status).toBe(503);
    const behind = at.server.create({ url: at.proxy.url, maxRetries: 0 }).account(account.id);
    at.proxy.decide((request) => (isRelease(request) ? 'refuse' : 'pass'));
    const failing = behind.withHold('sms', 1, async () => Promise.reject(new Error('the work')), {
      onReleaseFailed: away,
    });
    await expect(failing).rejects.toThrow('the work');
    const lines = said.mock.calls.map(String);
    said.mockRestore();
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).toContain('threw:,Error: the list of debts is away');
  });
});

it('a hold that has run out needs no release, and nothing is said of it', async () => {
  const failed: unknown[] = [];
  const { account, ask } = await at.open({ ttlSeconds: 1, onReleaseFailed: (hold) => failed.push(hold) });
  await ask(async () => {
    await expect.poll(async () => standing(account), { timeout: 20_000 }).toEqual(isSettled('100'));
    return new Response('broken', { status: 500 });
  });
  expect(failed).toEqual([]);
});

it('a quantity that was computed is rounded up, as what was used is', async () => {
  const { account, ask } = await at.open({ quantity: () => 10 / 3 });
  expect((await ask(done)).status).toBe(200);
  expect(await standing(account)).toEqual(isSettled('96.666666'));
});
