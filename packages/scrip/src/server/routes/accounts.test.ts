import { afterEach, describe, expect, it } from 'vitest';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveApp, serveAcme } from '../../../../../test/support/served-app.ts';
import { Fault } from '../../ledger/fault.ts';

let served: ServedApp;
afterEach(() => served.close());

describe('opening an account', () => {
  it('answers with the account, and again with the same bytes to the same key', async () => {
    served = await serveApp();
    const body = {
      id: 'acme',
      name: 'Acme',
      timezone: 'Europe/Paris',
      overdraft: { standard: '10.50' },
      metadata: { plan: 'pro', depth: { a: [1, null] } },
    };
    const first = await served.ask('POST', '/accounts', { body, id: 'open-1' });
    expect(first.status).toBe(201);
    expect(first.json).toEqual({
      id: 'acme',
      name: 'Acme',
      timezone: 'Europe/Paris',
      overdraft: { standard: '10.5' },
      metadata: { plan: 'pro', depth: { a: [1, null] } },
      createdAt: '2026-03-10T12:00:00.000Z',
      closedAt: null,
      version: 1,
    });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    await served.ask('PATCH', '/accounts/acme', { body: { name: 'Other' } });
    const again = await served.ask('POST', '/accounts', { body, id: 'open-1' });
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  it('refuses the same key with another command, and another key for the same account', async () => {
    served = await serveApp();
    await served.ask('POST', '/accounts', { body: { id: 'acme', name: 'Acme' }, id: 'open-1' });
    const other = await served.ask('POST', '/accounts', {
      body: { id: 'acme', name: 'Acme 2' },
      id: 'open-1',
    });
    expect([other.status, other.json.code]).toEqual([422, 'idempotency-mismatch']);
    const taken = await served.ask('POST', '/accounts', { body: { id: 'acme' }, id: 'open-2' });
    expect([taken.status, taken.json.code]).toEqual([409, 'account-exists']);
  });

  it('makes an id where none is sent, but not with a key', async () => {
    served = await serveApp();
    const made = await served.ask('POST', '/accounts');
    expect(made.status).toBe(201);
    expect((await served.ask('GET', `/accounts/${made.json.id}`)).json).toEqual(made.json);
    const keyed = await served.ask('POST', '/accounts', { body: { name: 'Acme' }, id: 'open-1' });
    expect([keyed.status, keyed.json.code]).toEqual([422, 'account-id-needed']);
  });

  it.each(['ocean', 'voxpria', '.', '..', 'a/b', 'a b', '$operator', '', 'é', 'x'.repeat(65)])(
    'refuses the id %j',
    async (id) => {
      served = await serveApp();
      const refused = await served.ask('POST', '/accounts', { body: { id } });
      expect([refused.status, refused.json.errors[0].pointer]).toEqual([422, '/id']);
    },
  );
});

describe('a trial grant', () => {
  const trialGrant = { pool: 'standard', amountMicros: 5_000_000n, expiresAfterDays: 14 };

  it('is given once to each new account', async () => {
    const { defaultServerSettings } = await import('../../config/settings.ts');
    served = await serveApp({ settings: { ...defaultServerSettings, trialGrant } });
    const opened = await served.ask('POST', '/accounts', { body: { id: 'acme' }, id: 'o' });
    expect(opened.json.version).toBe(1);
    await served.ask('POST', '/accounts', { body: { id: 'acme' }, id: 'o' });
    const { json } = await served.ask('GET', '/accounts/acme/grants');
    expect(json.data).toHaveLength(1);
    expect(json.data[0]).toMatchObject({
      id: 'trial',
      amount: '5',
      source: 'trial',
      expiresAt: '2026-03-24T12:00:00.000Z',
    });
  });

  it('is completed by the retry when the process died after the opening', async () => {
    const { defaultServerSettings } = await import('../../config/settings.ts');
    const settings = { ...defaultServerSettings, trialGrant };
    served = await serveApp({ settings });
    const { ledger, ask, pass } = served;
    const command = {
      kind: 'OpenAccount',
      timezone: 'UTC',
      overdraft: [],
      setsName: false,
      setsMetadata: false,
    } as const;
    await ledger.change({ accountId: 'acme', id: 'o', command, actor: null });
    expect((await ask('GET', '/accounts/acme/grants')).json.data).toEqual([]);
    pass(60_000);
    const retried = await ask('POST', '/accounts', { body: { id: 'acme' }, id: 'o' });
    expect(retried.headers['idempotent-replayed']).toBe('true');
    const [grant] = (await ask('GET', '/accounts/acme/grants')).json.data;
    expect(grant).toMatchObject({ id: 'trial', expiresAt: '2026-03-24T12:00:00.000Z' });
    await ledger.change({ accountId: 'late', id: 'o', command, actor: null });
    pass(86_400_000);
    expect((await ask('POST', '/accounts', { body: { id: 'late' }, id: 'o' })).status).toBe(201);
    expect((await ask('GET', '/accounts/late/grants')).json.data).toEqual([]);
  });

  it('leaves its id to no opening', async () => {
    const { defaultServerSettings } = await import('../../config/settings.ts');
    served = await serveApp({ settings: { ...defaultServerSettings, trialGrant } });
    const { status, json } = await served.ask('POST', '/accounts', { body: { id: 'acme' }, id: 'trial' });
    expect([status, json.code]).toEqual([422, 'reserved-id']);
  });
});

describe('accounts that exist', () => {
  it('are listed page by page in the order of their ids', async () => {
    served = await serveApp();
    for (const id of ['b', 'd', 'a', 'c', 'e']) await served.ask('POST', '/accounts', { body: { id } });
    const ids: string[] = [];
    let after = '';
    for (let page = 0; page < 3; page += 1) {
      const { json } = await served.ask('GET', `/accounts?limit=2${after}`);
      ids.push(...json.data.map((account: { id: string }) => account.id));
      after = `&after=${json.next}`;
      if (json.next === null) break;
    }
    expect(ids).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(after).toBe('&after=null');
  });

  it('are a hundred to a page where nothing else is asked', async () => {
    served = await serveApp();
    for (let at = 0; at < 101; at += 1) await served.ask('POST', '/accounts', { body: { id: `a-${at}` } });
    const { data, next } = (await served.ask('GET', '/accounts')).json;
    expect(data).toHaveLength(100);
    expect((await served.ask('GET', `/accounts?after=${next}`)).json).toMatchObject({
      next: null,
      data: [{}],
    });
  });

  it('have no overdraft whose name or value is none, whatever the name is', async () => {
    served = await serveApp();
    for (const overdraft of [{ 'a\nb': { toString: 1, valueOf: 1 } }, { 'a\nb': [] }, { '': null }])
      expect((await served.ask('POST', '/accounts', { body: { id: 'x', overdraft } })).status).toBe(422);
    const unknown = await served.ask('POST', '/accounts', { body: { id: 'x', overdraft: { 'a\nb': 1 } } });
    expect([unknown.status, unknown.json.code]).toEqual([422, 'unknown-pool']);
  });

  it('change only in what is sent', async () => {
    served = await serveApp();
    const body = { id: 'acme', name: 'Acme', metadata: { a: 1 }, overdraft: { standard: 5 } };
    await served.ask('POST', '/accounts', { body });
    const patched = await served.ask('PATCH', '/accounts/acme', {
      body: { name: null, overdraft: { standard: 0, eur: '2' } },
      id: 'p1',
    });
    expect(patched.status).toBe(200);
    expect(patched.json).toMatchObject({
      name: null,
      metadata: { a: 1 },
      overdraft: { eur: '2' },
      version: 2,
    });
    expect((await served.ask('GET', '/accounts/acme')).text).toBe(patched.text);
    await served.ask('POST', '/accounts/acme/grants', { body: { pool: 'eur', amount: 1, kind: 'one-time' } });
    served.pass(1000);
    await served.ask('PATCH', '/accounts/acme', { body: { metadata: null, timezone: 'Asia/Tokyo' } });
    const replayed = await served.ask('PATCH', '/accounts/acme', {
      body: { name: null, overdraft: { eur: '2.0', standard: 0 } },
      id: 'p1',
    });
    expect([replayed.text, replayed.headers['idempotent-replayed']]).toEqual([patched.text, 'true']);
    expect((await served.ask('GET', '/accounts/acme')).json).toMatchObject({
      metadata: null,
      timezone: 'Asia/Tokyo',
    });
  });

  it('tell a change again as it was, also when another came in the same millisecond', async () => {
    served = await serveAcme();
    const change = (id: string, body: object) => served.ask('PATCH', '/accounts/acme', { body, id });
    const first = await change('p1', { name: 'First' });
    await change('p2', { overdraft: { standard: 5 } });
    const again = await change('p1', { name: 'First' });
    expect(again.text).toBe(first.text);
    expect(again.json.overdraft).toEqual({});
  });

  it('say that a change may have happened where only its reply could not be read', async () => {
    const fault = new Fault('x', { code: 'store-unreadable', retryable: true, outcome: 'not-applied' });
    served = await serveAcme({ wrap: (ledger) => ({ ...ledger, accountAt: () => Promise.reject(fault) }) });
    const { status, json } = await served.ask('PATCH', '/accounts/acme', { body: { name: 'New' } });
    expect([status, json.code, json.outcome]).toEqual([503, 'store-unreadable', 'unknown']);
    expect((await served.ask('GET', '/accounts/acme')).json.name).toBe('New');
  });

  it('take nothing more once they are closed, and can still be read', async () => {
    served = await serveAcme();
    const closed = await served.ask('POST', '/accounts/acme/close', { id: 'c1' });
    expect([closed.status, closed.json.closedAt]).toEqual([200, '2026-03-10T12:00:00.000Z']);
    expect((await served.ask('POST', '/accounts/acme/close', { id: 'c1' })).text).toBe(closed.text);
    const debit = await served.ask('POST', '/accounts/acme/debits', {
      body: { pool: 'standard', amount: 1 },
    });
    expect([debit.status, debit.json.code]).toEqual([409, 'account-closed']);
    const quote = await served.ask('POST', '/accounts/acme/quotes', {
      body: { lines: [{ action: 'sms', quantity: 1 }] },
    });
    expect([quote.status, quote.json.code]).toEqual([409, 'account-closed']);
    expect((await served.ask('GET', '/accounts/acme/balance')).status).toBe(200);
  });

  it('cannot be found under the names of the ledger’s own streams', async () => {
    served = await serveApp();
    for (const id of ['$operator', '$rate-card', '%24operator', 'ocean', 'nobody'])
      for (const path of ['', '/balance', '/keys', '/entries', '/grants', '/lots', '/usage', '/holds'])
        expect((await served.ask('GET', `/accounts/${id}${path}`)).json.code).toBe('account-not-found');
    const added = await served.ask('POST', '/accounts/$operator/keys', { body: {} });
    expect([added.status, added.json.code]).toEqual([404, 'account-not-found']);
  });
});
