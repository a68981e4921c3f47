import { afterEach, expect, it } from 'vitest';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../../test/support/served-app.ts';

let served: ServedApp;
afterEach(() => served.close());

it('a key is shown once, and a replay makes no other', async () => {
  served = await serveAcme();
  const { ask } = served;
  const made = await ask('POST', '/accounts/acme/keys', { body: { name: 'web' }, id: 'k1' });
  expect(made.status).toBe(201);
  expect(made.json.secret).toMatch(/^scrip_ak_[0-9a-f]{72}$/);
  const again = await ask('POST', '/accounts/acme/keys', { body: { name: 'web' }, id: 'k1' });
  expect(again.json).toEqual({ ...made.json, secret: null });
  expect(again.headers['idempotent-replayed']).toBe('true');
  const { id, name, createdAt } = made.json;
  expect((await ask('GET', '/accounts/acme/keys')).json).toEqual({
    data: [{ id, name, createdAt }],
    next: null,
  });
  const other = await ask('POST', '/accounts/acme/keys', { body: { name: 'app' }, id: 'k1' });
  expect([other.status, other.json.code]).toEqual([422, 'idempotency-mismatch']);
});

it('two tries at once make one key, and one of them shows it', async () => {
  served = await serveAcme();
  const ask = () => served.ask('POST', '/accounts/acme/keys', { body: {}, id: 'k1' });
  const tries = await Promise.all([ask(), ask(), ask()]);
  expect(tries.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(tries.filter(({ json }) => json.secret !== null)).toHaveLength(1);
  expect((await served.ask('GET', '/accounts/acme/keys')).json.data).toHaveLength(1);
});

it('an existing key can be imported, by one account only', async () => {
  served = await serveAcme();
  const { ask } = served;
  const secret = 'sk_live_0123456789';
  const imported = await ask('POST', '/accounts/acme/keys', { body: { secret }, id: 'k1' });
  expect([imported.status, imported.json.secret]).toEqual([201, secret]);
  expect((await ask('GET', '/accounts/acme/balance', { key: secret })).status).toBe(200);
  const again = await ask('POST', '/accounts/acme/keys', { body: { secret }, id: 'k1' });
  expect([again.status, again.text]).toEqual([201, imported.text]);
  for (const body of [{}, { secret: 'sk_live_9876543210' }]) {
    const other = await ask('POST', '/accounts/acme/keys', { body, id: 'k1' });
    expect([other.status, other.json.code]).toEqual([422, 'idempotency-mismatch']);
  }
  await ask('POST', '/accounts', { body: { id: 'other' } });
  const twice = await ask('POST', '/accounts/other/keys', { body: { secret } });
  expect([twice.status, twice.json.code]).toEqual([409, 'key-in-use']);
});

it('a revoked key is refused from the moment of the reply', async () => {
  served = await serveAcme();
  const { ask } = served;
  const { json } = await ask('POST', '/accounts/acme/keys', { body: {} });
  const key = json.secret as string;
  expect((await ask('GET', '/accounts/acme/balance', { key })).status).toBe(200);
  expect((await ask('DELETE', `/accounts/acme/keys/${json.id}`)).status).toBe(204);
  const refused = await ask('GET', '/accounts/acme/balance', { key });
  expect([refused.status, refused.json.code]).toEqual([401, 'credential-unknown']);
  const again = await ask('DELETE', `/accounts/acme/keys/${json.id}`);
  expect([again.status, again.json.code]).toEqual([404, 'key-not-found']);
});

it('a key is revoked also by a client that announces a body of no length', async () => {
  served = await serveAcme();
  const { ask } = served;
  const { json } = await ask('POST', '/accounts/acme/keys', { body: {} });
  const headers = { 'content-type': 'text/plain' };
  const path = `/accounts/acme/keys/${json.id}`;
  expect((await ask('DELETE', path, { text: 'x', headers })).status).toBe(415);
  expect((await ask('DELETE', path, { text: '', headers })).status).toBe(204);
});

it('keys are listed page by page', async () => {
  served = await serveAcme();
  const { ask } = served;
  for (const name of ['a', 'b', 'c']) await ask('POST', '/accounts/acme/keys', { body: { name } });
  const first = (await ask('GET', '/accounts/acme/keys?limit=2')).json;
  const second = (await ask('GET', `/accounts/acme/keys?limit=2&after=${first.next}`)).json;
  const names = [...first.data, ...second.data].map(({ name }: { name: string }) => name);
  expect([names, second.next]).toEqual([['a', 'b', 'c'], null]);
});

it.each([1000, 0])('a list of keys goes on after one that was revoked since (%d ms apart)', async (ms) => {
  served = await serveAcme();
  const { ask } = served;
  for (const name of ['a', 'b', 'c']) {
    served.pass(ms);
    await ask('POST', '/accounts/acme/keys', { body: { name } });
  }
  const seen: string[] = [];
  for (let after = ''; seen.length < 5;) {
    const { data, next } = (await ask('GET', `/accounts/acme/keys?limit=1${after}`)).json;
    const [{ id, name }] = data as [{ id: string; name: string }];
    seen.push(name);
    await ask('DELETE', `/accounts/acme/keys/${id}`);
    if (next === null) break;
    after = `&after=${next}`;
  }
  expect(seen).toEqual(['a', 'b', 'c']);
});

it('the operator’s keys have roles, and the last admin key stays', async () => {
  served = await serveAcme();
  const { ask } = served;
  const made = await ask('POST', '/operator-keys', { body: { name: 'jobs', role: 'spend' }, id: 'o1' });
  expect(made.json).toMatchObject({ name: 'jobs', role: 'spend' });
  expect(made.json.secret).toMatch(/^scrip_op_/);
  const again = await ask('POST', '/operator-keys', { body: { name: 'jobs', role: 'spend' }, id: 'o1' });
  expect([again.json.id, again.json.secret]).toEqual([made.json.id, null]);
  const { data } = (await ask('GET', '/operator-keys')).json;
  expect(data.map(({ role }: { role: string }) => role)).toEqual(['admin', 'spend']);
  const last = await ask('DELETE', `/operator-keys/${data[0].id}`);
  expect([last.status, last.json.code]).toEqual([409, 'last-admin-key']);
  expect((await ask('DELETE', `/operator-keys/${made.json.id}`)).status).toBe(204);
  expect((await ask('GET', '/accounts', { key: made.json.secret })).status).toBe(401);
});
