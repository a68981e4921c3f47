import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { debit } from '../../../../../test/support/sample-ledger.ts';
import type { VendorApp } from '../../../../../test/support/vendor-app.ts';
import { openVendorApp } from '../../../../../test/support/vendor-app.ts';

const TOKEN = { 'x-api-token': 'the-key' };

let app: VendorApp;
beforeEach(async () => {
  app = await openVendorApp();
  await app.open('customer', 'the-key');
});
afterEach(() => app.close());

const balance = (path = '/v2/credits/balance', headers: Record<string, string> = TOKEN) =>
  app.get(path, headers);

describe('GET /v2/credits/balance', () => {
  it('splits three pools by kind, and shows 0 where there is none', async () => {
    await app.grant('customer', 100n, { lotKind: 'recurring', every: 'month' });
    await app.grant('customer', 50n);
    await app.grant('customer', 7n, { pool: 'phone' });
    await app.change('customer', debit(1n));
    expect((await balance()).body).toBe(
      '{"credits":{"oneTime":50,"recurrent":99},"emailCredits":{"oneTime":0,"recurrent":0},"phoneCredits":{"oneTime":7,"recurrent":0},"dailyLimitRateLeft":1000,"dailyLimitRateSecondsToReset":43200}',
    );
  });

  it('counts the overdraft as one-time', async () => {
    await app.change('customer', {
      kind: 'ChangeAccount',
      timezone: null,
      overdraft: [{ pool: 'standard', limitMicros: 5_000_000n }],
      setsName: false,
      setsMetadata: false,
    });
    expect((await balance()).json.credits).toEqual({ oneTime: 5, recurrent: 0 });
  });

  it.each([
    ['/v2/credits/balance?apiToken=the-key', TOKEN],
    ['/v2/credits/balance?apiToken=', TOKEN],
    ['/v2/credits/balance?apiToken=the-key&apiToken=the-key', {}],
    ['/v2/credits/balance?apiToken[]=the-key', {}],
    ['/v2/credits/balance?apiToken%5B0%5D=the-key', {}],
  ])('refuses a token in two places: %s', async (path, headers: Record<string, string>) => {
    const reply = await balance(path, headers);
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual({ detail: 'Conflicting API tokens provided in query parameters and headers' });
  });

  it('says whether a token is missing or unknown', async () => {
    const missing = 'API token should be provided in headers or query parameters';
    expect((await balance('/v2/credits/balance', {})).json).toEqual({ detail: missing });
    expect((await balance('/v2/credits/balance?apiToken=', {})).json).toEqual({ detail: missing });
    expect((await balance('/v2/credits/balance?apiToken=x', {})).json).toEqual({
      detail: 'Current API token is not registered in our database',
    });
  });

  it('takes 60 reads in any minute', async () => {
    const replies = await Promise.all(Array.from({ length: 70 }, () => balance()));
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(10);
    expect(refused[0]?.headers).toMatchObject({
      'retry-after': '60',
      'x-ratelimit-limit': '60',
      'ratelimit-policy': '"ocean";q=60;w=60',
    });
  });

  it('reports the day that spends use up, until midnight of UTC', async () => {
    expect(await app.limits.admitOceanSpend('customer')).toBeNull();
    expect(await app.limits.admitOceanSpend('customer')).toBeNull();
    expect((await balance()).json).toMatchObject({
      dailyLimitRateLeft: 998,
      dailyLimitRateSecondsToReset: 43_200,
    });
    app.pass(12 * 3_600_000 - 1);
    expect((await balance()).json).toMatchObject({
      dailyLimitRateLeft: 998,
      dailyLimitRateSecondsToReset: 1,
    });
    app.pass(1);
    expect((await balance()).json).toMatchObject({
      dailyLimitRateLeft: 1000,
      dailyLimitRateSecondsToReset: 86_400,
    });
  });
});
