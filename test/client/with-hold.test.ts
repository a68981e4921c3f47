import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaptureError, InsufficientCreditsError } from '../../packages/client/src/index.ts';
import { availableOf, type ScripServer, startScripServer } from './scrip-server.ts';
import { createInstantRuntime } from '../support/test-runtime.ts';

let server: ScripServer;
beforeAll(async () => {
  server = await startScripServer();
}, 60_000);
afterAll(async () => server.stop());

describe('work under a hold', () => {
  it('is charged for when it is done, and holds the credits meanwhile', async () => {
    const account = await server.openAccount();
    const { result, debit } = await account.withHold('sms', 10, async ({ hold }) => {
      expect(hold).toMatchObject({ state: 'open', amount: '10' });
      return availableOf(account);
    });
    expect(result).toBe('90');
    expect(debit).toMatchObject({ amount: '10', balance: { available: '90', held: '0' } });
  });

  it.each([
    [{ quantity: 4 }, '96'],
    [{ amount: '2.5' }, '97.5'],
    [{ quantity: 0 }, '100'],
    [{ amount: '0.00' }, '100'],
    [{ quantity: 12, allowExcess: true }, '88'],
  ])('that says that it used %j is charged for that', async (used, left) => {
    const account = await server.openAccount();
    const { debit } = await account.withHold('sms', 10, ({ use }) => use(used));
    expect(await availableOf(account)).toBe(left);
    expect(debit === null).toBe(left === '100');
    expect((await account.balance()).pools[0]?.held).toBe('0');
  });

  it.each([
    [{ quantity: 1.2345678 }, '98.765432'],
    [{ amount: 0.1 + 0.2 }, '99.7'],
    [{ amount: 5e-7 }, '99.999999'],
    [{ quantity: 2.0000004 }, '97.999999'],
    [undefined, '90'],
  ])(
    'that was measured as %j is charged for that, and no more than a millionth above',
    async (used, left) => {
      const account = await server.openAccount();
      await account.withHold('sms', 10, ({ use }) => use(used as never));
      expect(await availableOf(account)).toBe(left);
    },
  );

  it.each(['', '.', '-'])('that says that it used %j is not free for it', async (quantity) => {
    const account = await server.openAccount();
    const done = account.withHold('sms', 10, ({ use }) => use({ quantity }));
    await expect(done).rejects.toBeInstanceOf(CaptureError);
    expect(await availableOf(account)).toBe('90');
  });

  it('that used nothing needs no release that has been made already', async () => {
    const account = await server.openAccount();
    const done = account.withHold('sms', 10, async ({ hold, use }) => {
      await account.releaseHold(hold.id);
      use({ quantity: 0 });
      return 'done';
    });
    expect(await done).toEqual({ result: 'done', debit: null });
  });

  it('is done again under an id of its own where it failed, and not where it was paid for', async () => {
    const account = await server.openAccount();
    const failing = account.withHold('sms', 10, () => Promise.reject(new Error('not yet')), { id: 'job' });
    await expect(failing).rejects.toThrow('not yet');
    let worked = 0;
    const tryAgain = async () => account.withHold('sms', 10, () => (worked += 1), { id: 'job' });
    expect(await tryAgain()).toMatchObject({ result: 1, debit: { amount: '10' } });
    await expect(tryAgain()).rejects.toMatchObject({ name: 'ConflictError', code: 'hold-resolved' });
    expect([worked, await availableOf(account)]).toEqual([1, '90']);
  });

  it('is not tried for ever under one id', async () => {
    const account = await server.openAccount();
    const fail = async () => Promise.reject(new Error('not yet'));
    for (let tries = 0; tries < 8; tries += 1)
      await expect(account.withHold('sms', 10, fail, { id: 'job' })).rejects.toThrow('not yet');
    const again = account.withHold('sms', 10, () => 'done', { id: 'job' });
    await expect(again).rejects.toMatchObject({ name: 'ConflictError', code: 'hold-resolved' });
  });

  it('holds nothing under an id that has no room for its capture', async () => {
    const account = await server.openAccount();
    const asked = account.withHold('sms', 10, () => {}, { id: 'x'.repeat(250) });
    await expect(asked).rejects.toMatchObject({ name: 'ConfigurationError', code: 'id-invalid' });
    expect(await availableOf(account)).toBe('100');
  });

  it('that fails is not charged for, and its own error is thrown', async () => {
    const account = await server.openAccount();
    const failure = new Error('the carrier is down');
    await expect(account.withHold('sms', 10, async () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await account.balance()).toMatchObject({ pools: [{ available: '100', held: '0' }] });
  });

  it('is not begun where the credits are too few', async () => {
    const account = await server.openAccount();
    let begun = false;
    const work = () => {
      begun = true;
    };
    await expect(account.withHold('sms', 101, work)).rejects.toBeInstanceOf(InsufficientCreditsError);
    expect(begun).toBe(false);
  });

  it('that was released meanwhile fails with what the work gave', async () => {
    const account = await server.openAccount();
    const done = account.withHold('sms', 10, async ({ hold }) => {
      await account.releaseHold(hold.id);
      return 'sent';
    });
    await expect(done).rejects.toBeInstanceOf(CaptureError);
    await expect(done).rejects.toMatchObject({
      code: 'hold-resolved',
      result: 'sent',
      hold: { amount: '10' },
    });
  });

  it('that fails and cannot be released says so to whoever wants to know', async () => {
    const account = await server.openAccount();
    const told: unknown[] = [];
    const work = async ({ hold }: { hold: { id: string } }) => {
      await account.captureHold(hold.id);
      throw new Error('too late');
    };
    const onReleaseFailed = (error: unknown) => told.push(error);
    await expect(account.withHold('sms', 10, work, { onReleaseFailed })).rejects.toThrow('too late');
    expect(told).toMatchObject([{ code: 'hold-resolved' }]);
  });

  it('is charged for once, however often replies are lost', async () => {
    const { url } = await server.loseReplies(1);
    const account = await server.openAccount({ url, runtime: createInstantRuntime() });
    await account.withHold('sms', 10, () => undefined, { id: 'w1', ttlSeconds: 60, metadata: { order: 7 } });
    expect(await availableOf(account)).toBe('90');
    expect(await account.explainDebit('w1:capture')).toMatchObject({ holdId: 'w1' });
  });
});
