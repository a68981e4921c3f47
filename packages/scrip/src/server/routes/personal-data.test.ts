import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../../test/support/served-app.ts';

let served: ServedApp;
beforeEach(async () => {
  served = await serveAcme();
});
afterEach(() => served.close());

const erase = (id = 'erase-1') => served.ask('DELETE', '/accounts/acme/personal-data', { id });
const get = async (path: string) => (await served.ask('GET', `/accounts/acme${path}`)).json;

describe('erasing personal data', () => {
  it('takes names, notes and metadata from every reply, and nothing else', async () => {
    const { ask } = served;
    await ask('PATCH', '/accounts/acme', { body: { name: 'Jane', metadata: { mail: 'jane' } } });
    await ask('POST', '/accounts/acme/keys', { body: { name: 'phone of Jane' } });
    const gift = { pool: 'standard', amount: 5, kind: 'one-time', note: 'for Jane' };
    await ask('POST', '/accounts/acme/grants', { body: gift, id: 'gift' });
    const metadata = { to: 'Jane' };
    await ask('POST', '/accounts/acme/debits', { body: { action: 'sms', quantity: 2, metadata }, id: 'd1' });
    await ask('POST', '/accounts/acme/holds', { body: { action: 'sms', quantity: 3, metadata }, id: 'h1' });
    const paths = ['', '/keys', '/grants', '/debits/d1', '/holds', '/entries', '/balance', '/usage', '/lots'];
    const before = await Promise.all(paths.map(get));
    expect((await erase()).status).toBe(200);
    const after = await Promise.all(paths.map(get));
    const text = JSON.stringify(after);
    expect(JSON.stringify(before)).toContain('Jane');
    expect(text.toLowerCase()).not.toContain('jane');
    const [account, keys, grants, debit, holds, entries] = after;
    expect(account).toMatchObject({ name: null, metadata: null, version: 8 });
    expect(keys.data).toMatchObject([{ name: null }]);
    expect(grants.data[1]).toMatchObject({ id: 'gift', note: null, remaining: '5' });
    expect(debit).toMatchObject({ amount: '2', metadata: null });
    expect(holds.data).toMatchObject([{ id: 'h1', state: 'open' }]);
    expect(entries.data.at(-1)).toMatchObject({ kind: 'personal-data-erased', id: 'erase-1', version: 8 });
    expect(entries.data.at(-1).actor).not.toBeNull();
    const hashes = (page: { data: { hash: string }[] }) => page.data.map(({ hash }) => hash);
    expect(hashes(entries).slice(0, -1)).toEqual(hashes(before[5]));
    expect(after[6]).toMatchObject({ pools: before[6].pools });
    expect(after.slice(7)).toEqual(before.slice(7));
  });

  it('answers the same to the same key, and is made again by another', async () => {
    const first = await erase();
    expect(first.json).toEqual({ accountId: 'acme', erasedAt: '2026-03-10T12:00:00.000Z', version: 3 });
    served.pass(1000);
    const again = await erase();
    expect(again.text).toBe(first.text);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await erase('erase-2')).json).toMatchObject({ version: 4 });
  });

  it('of an account that is not there, or one of Scrip’s own streams, is a 404', async () => {
    for (const id of ['nobody', '$operator', '$rate-card']) {
      const reply = await served.ask('DELETE', `/scrip/v1/accounts/${id}/personal-data`);
      expect([reply.status, reply.json.code]).toEqual([404, 'account-not-found']);
    }
  });
});
