import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NotFoundError } from '../../packages/client/src/index.ts';
import { availableOf, type ScripServer, startScripServer } from './scrip-server.ts';

let server: ScripServer;
beforeAll(async () => {
  server = await startScripServer();
}, 60_000);
afterAll(async () => server.stop());

describe('a reply that is lost', () => {
  it('after a spend is asked for again by the same id, and charged once', async () => {
    const { url, passed } = await server.loseReplies(2);
    const account = await server.openAccount({ url });
    await account.debit({ action: 'sms', quantity: 7 });
    expect(passed.length).toBeGreaterThanOrEqual(3);
    expect(new Set(passed).size).toBe(1);
    expect(await availableOf(account)).toBe('93');
  });

  it('after many spends is asked for again by the same ids, and each is charged once', async () => {
    const { url } = await server.loseReplies(1);
    const account = await server.openAccount();
    const lines = [1, 2, 3].map((quantity) => ({ accountId: account.id, action: 'sms', quantity }));
    const results = await server.create({ url }).debitMany(lines);
    expect(results).toMatchObject([{ status: 201 }, { status: 201 }, { status: 201 }]);
    expect(await availableOf(account)).toBe('94');
  });

  it('every time leaves open whether it happened, and the same id tells', async () => {
    const { url } = await server.loseReplies(1);
    const account = await server.openAccount({ url, maxRetries: 0 });
    await expect(account.debit({ action: 'sms', quantity: 7 }, { id: 'd1' })).rejects.toMatchObject({
      code: 'connection-broken',
      outcome: 'unknown',
    });
    const { value, replayed } = await server.create().request<{ amount: string }>({
      method: 'POST',
      path: ['accounts', account.id, 'debits'],
      body: { action: 'sms', quantity: 7 },
      id: 'd1',
    });
    expect([value.amount, replayed]).toEqual(['7', true]);
    expect(await availableOf(account)).toBe('93');
  });

  it('after a revocation is no failure', async () => {
    const { url } = await server.loseReplies(1);
    const account = await server.openAccount();
    const { id } = await account.addKey();
    await server.create({ url }).account(account.id).revokeKey(id);
    expect((await account.listKeys()).data).toEqual([]);
    await expect(account.revokeKey(id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('after an account was opened without an id opens no second one', async () => {
    const { url } = await server.loseReplies(1);
    const before = (await server.create().listAccounts({ limit: 1000 })).data.length;
    const { id } = await server.create({ url }).openAccount({ name: 'once' });
    expect((await server.create().listAccounts({ limit: 1000 })).data).toHaveLength(before + 1);
    expect(await server.create().account(id).read()).toMatchObject({ name: 'once' });
  });
});
