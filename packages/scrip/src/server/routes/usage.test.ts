import { afterEach, describe, expect, it } from 'vitest';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../../test/support/served-app.ts';

let served: ServedApp;
afterEach(() => served.close());

describe('usage', () => {
  it.each(['end=9999-12-31', 'end=2000-01-01', 'start=9998-12-31&end=9999-12-31&by=action'])(
    'of days far off is none: %s',
    async (query) => {
      served = await serveAcme();
      const body = { timezone: 'Pacific/Apia' };
      await served.ask('PATCH', '/accounts/acme', { body });
      const { status, json } = await served.ask('GET', `/accounts/acme/usage?${query}`);
      expect([status, json.data, json.total]).toEqual([200, [], []]);
    },
  );

  it('is summed per day of the account, action or key, and in all', async () => {
    served = await serveAcme();
    const { ask } = served;
    const { json: key } = await ask('POST', '/operator-keys', { body: { role: 'spend' } });
    await ask('PATCH', '/accounts/acme', { body: { timezone: 'Europe/Paris' } });
    const debit = async (body: object, id: string, secret = served.adminKey) =>
      ask('POST', '/accounts/acme/debits', { body, id, key: secret });
    await debit({ action: 'sms', quantity: 2, occurredAt: '2026-03-09T22:59:59Z' }, 'a');
    await debit({ action: 'sms', quantity: 3, occurredAt: '2026-03-09T23:00:00Z' }, 'b');
    await debit({ pool: 'standard', amount: '0.5' }, 'c', key.secret);
    await debit({ action: 'voice_call', quantity: 60 }, 'd');
    await ask('POST', '/accounts/acme/debits/d/refund', { body: { amount: 1 } });
    await debit({ action: 'search', quantity: 9 }, 'e');
    await ask('POST', '/accounts/acme/debits/e/refund');
    const byDay = (await ask('GET', '/accounts/acme/usage')).json;
    expect(byDay).toEqual({
      accountId: 'acme',
      start: '2026-02-09',
      end: '2026-03-10',
      timezone: 'Europe/Paris',
      data: [
        { day: '2026-03-09', pool: 'standard', amount: '2', calls: 1 },
        { day: '2026-03-10', pool: 'standard', amount: '5.5', calls: 3 },
      ],
      total: [{ pool: 'standard', amount: '7.5', calls: 4 }],
    });
    const byAction = (await ask('GET', '/accounts/acme/usage?by=action&start=2026-03-10&end=2026-03-10'))
      .json;
    expect(byAction.data).toEqual([
      { action: 'sms', pool: 'standard', amount: '3', calls: 1 },
      { action: 'voice_call', pool: 'standard', amount: '2', calls: 1 },
      { action: null, pool: 'standard', amount: '0.5', calls: 1 },
    ]);
    const byKey = (await ask('GET', '/accounts/acme/usage?by=key')).json;
    const calls = new Map(byKey.data.map((row: { key: string; calls: number }) => [row.key, row.calls]));
    expect(calls.get(key.id)).toBe(1);
    expect([...calls.values()]).toHaveLength(2);
    expect(byKey.total).toEqual(byDay.total);
  });

  it('counts debits in bulk for the key that asked, with metadata and without', async () => {
    served = await serveAcme();
    const line = { accountId: 'acme', action: 'sms', quantity: 1 };
    const body = [
      { ...line, id: 'a' },
      { ...line, id: 'b', metadata: { order: 7 } },
    ];
    await served.ask('POST', '/debits', { body });
    const { data } = (await served.ask('GET', '/accounts/acme/usage?by=key')).json;
    expect(data).toMatchObject([{ key: expect.any(String), amount: '2', calls: 2 }]);
  });

  it('ends with the account’s day where the clock was set back', async () => {
    served = await serveAcme();
    const { ask } = served;
    await ask('POST', '/accounts/acme/debits', { body: { pool: 'standard', amount: 1 }, id: 'a' });
    served.pass(-13 * 3_600_000);
    const { end, total } = (await ask('GET', '/accounts/acme/usage')).json;
    expect([end, total]).toEqual(['2026-03-10', [{ pool: 'standard', amount: '1', calls: 1 }]]);
  });

  it.each([
    '?start=2026-02-30',
    '?end=2026-13-01',
    '?end=tomorrow',
    '?start=1999-12-31',
    '?start=2026-03-02&end=2026-03-01',
    '?start=2025-03-09&end=2026-03-10',
    '?by=pool',
    '?from=2026-03-01',
    '?by=day&by=key',
  ])('of %s is refused', async (query) => {
    served = await serveAcme();
    const { status, json } = await served.ask('GET', `/accounts/acme/usage${query}`);
    expect([status, json.code, json.errors[0].pointer[0]]).toEqual([422, 'invalid-request', '?']);
  });

  it('of 366 days is the most', async () => {
    served = await serveAcme();
    const { status } = await served.ask('GET', '/accounts/acme/usage?start=2025-03-10&end=2026-03-10');
    expect(status).toBe(200);
  });
});
