import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientError, NotFoundError } from '../../packages/client/src/index.ts';
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

  it('for good is told with the ids that it was sent under, by which the same is repeated', async () => {
    const { url, passed } = await server.loseReplies(3);
    const account = await server.openAccount({ url, maxRetries: 0 });
    const lost = async (sent: Promise<unknown>) =>
      sent.then(
        () => Promise.reject(new Error('it was not lost')),
        (error: unknown) => error as ClientError,
      );
    const debit = await lost(account.debit({ action: 'sms', quantity: 7 }));
    expect(passed).toEqual([`POST "${debit.changeId}"`]);
    await account.debit({ action: 'sms', quantity: 7 }, { id: debit.changeId ?? undefined }).catch(() => {});
    const lines = [2, 3].map((quantity) => ({ accountId: account.id, action: 'sms', quantity }));
    const many = await lost(server.create({ url, maxRetries: 0 }).debitMany(lines));
    expect(JSON.stringify(many)).not.toContain(many.lineIds?.[0]);
    const again = lines.map((line, at) => Object.assign(line, { id: many.lineIds?.[at] ?? '' }));
    const results = await server.create().debitMany(again);
    const told: string[] = results.map((result) => ('code' in result ? result.detail : result.amount));
    expect(told).toEqual(['2', '3']);
    expect(await availableOf(account)).toBe('88');
  });

  it('after an account was changed is asked for again by the same id', async () => {
    const { url, passed } = await server.loseReplies(1);
    const account = await server.openAccount({ url });
    await account.change({ name: 'one' });
    expect(passed).toHaveLength(2);
    expect(new Set(passed).size).toBe(1);
    expect(passed[0]).toMatch(/^PATCH "/);
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

  it('for good, of an account that was opened, opens no second one by the id that is told', async () => {
    const { url } = await server.loseReplies(1);
    const opening = server.create({ url, maxRetries: 0 }).openAccount({ name: 'once more' });
    const { changeId } = (await opening.catch((error: unknown) => error)) as ClientError;
    const opened = await server.create().openAccount({ name: 'once more' }, { id: changeId ?? undefined });
    expect(opened).toMatchObject({ id: changeId, name: 'once more' });
    const another = await server.create().openAccount({}, { id: 'opening: 7' });
    expect(another.id).toMatch(/^[\w-]+$/);
  });
});
