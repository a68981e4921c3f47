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
