import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { debit, hold } from '../../../../../test/support/sample-ledger.ts';
import type { VendorApp } from '../../../../../test/support/vendor-app.ts';
import { openVendorApp } from '../../../../../test/support/vendor-app.ts';

const KEY = { authorization: 'Bearer the-key' };
const HOUR_MS = 3_600_000;

let app: VendorApp;
beforeEach(async () => {
  app = await openVendorApp();
  await app.open('customer', 'the-key');
});
afterEach(() => app.close());

const usage = (query = '') => app.get(`/api/v1/credits/usage${query}`, KEY);

describe('GET /api/v1/credits', () => {
  it('says when the balance last changed, in whole seconds', async () => {
    expect((await app.get('/api/v1/credits', KEY)).json.data).toEqual({
      balance: 0,
      currency: 'credits',
      lastUpdated: '2026-03-10T12:00:00Z',
    });
    app.pass(1999);
    await app.grant('customer', 1500n);
    app.pass(HOUR_MS);
    expect((await app.get('/api/v1/credits', KEY)).json.data).toEqual({
      balance: 1500,
      currency: 'credits',
      lastUpdated: '2026-03-10T12:00:01Z',
    });
    await app.change('customer', hold(100n));
    expect((await app.get('/api/v1/credits', KEY)).json.data).toMatchObject({
      balance: 1400,
      lastUpdated: '2026-03-10T13:00:01Z',
    });
  });

  it('takes X-API-Key instead of Authorization, and not both', async () => {
    expect((await app.get('/api/v1/credits', { 'x-api-key': 'the-key' })).status).toBe(200);
    const both = await app.get('/api/v1/credits', { ...KEY, 'x-api-key': 'the-key' });
    expect([both.status, both.json.error.code]).toEqual([400, 'invalid_request']);
  });

  it('takes X-API-Key beside an Authorization of another scheme, which is no key', async () => {
    const basic = 'Basic dGhlLWtleQ==';
    const ask = async (headers: Record<string, string | string[]>) =>
      (await app.get('/api/v1/credits', headers)).status;
    expect(await ask({ authorization: basic, 'x-api-key': 'the-key' })).toBe(200);
    expect(await ask({ authorization: basic })).toBe(401);
    expect(await ask({ authorization: basic, 'x-api-key': ['the-key', 'the-key'] })).toBe(400);
    for (const authorization of [
      [basic, 'Bearer the-key'],
      ['Bearer the-key', basic],
    ])
      expect(await ask({ authorization })).toBe(400);
    expect(await ask({ authorization: [basic, basic], 'x-api-key': 'the-key' })).toBe(200);
    expect(await ask({ authorization: [basic, basic] })).toBe(401);
  });

  it('takes 1,000 reads an hour', async () => {
    const read = async () => (await app.get('/api/v1/credits', KEY)).status;
    const statuses: number[] = [];
    for (let batch = 0; batch < 21; batch += 1)
      statuses.push(...(await Promise.all(Array.from({ length: 50 }, read))));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1000);
    const refused = await app.get('/api/v1/credits/usage', KEY);
    expect([refused.status, refused.json.error.code]).toEqual([429, 'rate_limited']);
    expect(refused.headers).toMatchObject({
      'x-ratelimit-limit': '1000',
      'retry-after': '3600',
      'ratelimit-policy': '"voxpria";q=1000;w=3600',
    });
  });
});

describe('GET /api/v1/credits/usage', () => {
  it('adds up days in the account’s time zone, the newest first', async () => {
    await app.open('elsewhere', 'tokyo-key', 'Asia/Tokyo');
    await app.grant('elsewhere', 1000n);
    await app.change('elsewhere', debit(3n));
    app.pass(3 * HOUR_MS);
    await app.change('elsewhere', debit(4n));
    const reply = await app.get('/api/v1/credits/usage', { authorization: 'Bearer tokyo-key' });
    expect(reply.body).toBe(
      '{"success":true,"data":{"usage":[{"date":"2026-03-11","calls":1,"creditsUsed":4,"cost":"$0.40"},{"date":"2026-03-10","calls":1,"creditsUsed":3,"cost":"$0.30"}],"total":{"calls":2,"creditsUsed":7,"cost":"$0.70"}}}',
    );
  });

  it('covers the last 30 days, today included', async () => {
    await app.grant('customer', 1000n);
    await app.change('customer', debit(3n));
    app.pass(29 * 24 * HOUR_MS);
    expect((await usage()).json.data.usage).toHaveLength(1);
    app.pass(12 * HOUR_MS);
    expect((await usage()).json.data.usage).toHaveLength(0);
    expect((await usage('?endDate=2026-03-10')).json.data.usage).toHaveLength(1);
    expect((await usage('?startDate=2026-03-10')).json.data.usage).toHaveLength(1);
  });

  it('ends with the account’s day where the clock was set back', async () => {
    await app.grant('customer', 1000n);
    await app.change('customer', debit(3n));
    app.pass(-24 * HOUR_MS);
    expect((await usage()).json.data.usage).toHaveLength(1);
  });

  it('counts the standard pool only', async () => {
    await app.grant('customer', 1000n, { pool: 'email' });
    await app.change('customer', {
      kind: 'DebitCredits',
      charge: { by: 'amount', pool: 'email', amountMicros: 1_000_000n },
      occurredAtMs: null,
    });
    expect((await usage()).json.data.total.calls).toBe(0);
  });

  it('takes a leap year, and no day more', async () => {
    expect((await usage('?startDate=2024-01-01&endDate=2024-12-31')).status).toBe(200);
    expect((await usage('?startDate=2024-01-01&endDate=2025-01-01')).status).toBe(400);
  });

  it.each([
    'startDate=1990-01-01&endDate=1990-01-02',
    'startDate=0001-01-01&endDate=0001-01-02',
    'endDate=0000-01-01',
    'startDate=9999-12-31&endDate=9999-12-31',
  ])('has no usage of days as far off as ?%s', async (query) => {
    await app.grant('customer', 1000n);
    await app.change('customer', debit(3n));
    const { status, json } = await usage(`?${query}`);
    expect([status, json.data?.usage]).toEqual([200, []]);
  });

  it('reaches as far as asked where only one end is far off', async () => {
    const message = `endDate: must make at most 366 days with startDate, both included`;
    for (const query of ['?startDate=1990-01-01', '?startDate=2026-03-10&endDate=9999-12-31'])
      expect((await usage(query)).json.error?.message).toContain(message);
  });

  it.each([
    ['startDate=2025-02-29', 'startDate: must be a date'],
    ['endDate=2025-2-1', 'endDate: must be a date'],
    ['startDate=', 'startDate: must be a date'],
    ['startDate=2026-03-02&endDate=2026-03-01', 'endDate: must not be before startDate'],
    ['startDate=2030-01-01', 'endDate: must not be before startDate'],
    ['startDate=2026-03-01&startDate=2026-03-01', 'startDate: must be given once'],
    ['startDate[]=2026-03-01', 'startDate: must be given once'],
  ])('refuses ?%s', async (query, message) => {
    const reply = await usage(`?${query}`);
    expect([reply.status, reply.json.error.code]).toEqual([400, 'invalid_request']);
    expect(reply.json.error.message).toContain(message);
  });
});
