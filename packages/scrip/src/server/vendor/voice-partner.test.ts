import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VendorApp } from '../../../../../test/support/vendor-app.ts';
import { openVendorApp } from '../../../../../test/support/vendor-app.ts';
import { DEFAULT_ACTIONS, DEFAULT_POOLS } from '../../config/default-catalog.ts';
import { RATE_CARD_STREAM } from '../../core/account.ts';

let app: VendorApp;
beforeEach(async () => {
  app = await openVendorApp();
  await app.open('customer', 'the-key');
});
afterEach(() => app.close());

const publish = (actions: typeof DEFAULT_ACTIONS, pools = DEFAULT_POOLS) =>
  app.change(RATE_CARD_STREAM, { kind: 'PublishRateCard', pools, actions });

describe('GET /v1/me', () => {
  it('shows the money that is available, and what it buys', async () => {
    await app.grant('customer', 19n, { pool: 'eur' });
    expect((await app.get('/v1/me/the-key')).body).toBe(
      '{"success":true,"credit":"19","currency":"€","details":{"tts":{"h":5,"m":51,"s":51},"tts_fixe":{"h":3,"m":46,"s":11},"voice":{"message":10}}}',
    );
  });

  it('shows what the money buys at the current prices, and 0 of what it cannot buy', async () => {
    await app.grant('customer', 19n, { pool: 'eur' });
    const { voice_message, ...others } = DEFAULT_ACTIONS;
    const { tts, sms } = others;
    if (tts === undefined || sms === undefined || voice_message === undefined)
      throw new Error('no such prices');
    await publish({ ...others, tts: { ...tts, amountMicros: 1_000_000n }, tts_fixe: sms });
    expect((await app.get('/v1/me/the-key')).json.details).toEqual({
      tts: { h: 0, m: 0, s: 19 },
      tts_fixe: { h: 0, m: 0, s: 0 },
      voice: { message: 0 },
    });
    await publish({ ...others, tts: { ...tts, amountMicros: 0n }, voice_message });
    expect((await app.get('/v1/me/the-key')).json.details).toMatchObject({
      tts: { h: 0, m: 0, s: 0 },
      voice: { message: 10 },
    });
  });

  it('shows the money in the unit that its pool has now', async () => {
    expect((await app.get('/v1/me/the-key')).json.currency).toBe('€');
    const inUnit = (unit: string) =>
      DEFAULT_POOLS.map((pool) => (pool.id === 'eur' ? { ...pool, unit } : pool));
    await publish(DEFAULT_ACTIONS, inUnit('CHF'));
    expect((await app.get('/v1/me/the-key')).json.currency).toBe('CHF');
    await publish(DEFAULT_ACTIONS, inUnit('$'));
    expect((await app.get('/v1/me/the-key?_format=xml')).body).toContain('<entry><![CDATA[$]]></entry>');
  });

  it('shows euros where no rate card has a pool of money', async () => {
    const breakLedger = { rateCards: () => [] };
    const without = await openVendorApp({ breakLedger });
    await without.open('customer', 'the-key');
    expect((await without.get('/v1/me/the-key')).json).toMatchObject({ credit: '0', currency: '€' });
    await without.close();
  });

  it('takes the key from the query as well, and from one place only', async () => {
    expect((await app.get('/v1/me?apiKey=the-key')).status).toBe(200);
    for (const path of [
      '/v1/me/the-key?apiKey=the-key',
      '/v1/me?apiKey=a&apiKey=the-key',
      '/v1/me?apiKey[]=the-key',
    ])
      expect((await app.get(path)).json).toEqual({
        success: false,
        code: 9,
        errors: [{ elementId: 'children[apiKey].data', message: 'La clé API est fournie plusieurs fois' }],
      });
  });

  it('answers in XML, in French or in English, refusals too', async () => {
    const english = { 'accept-language': 'en-US,fr;q=0.3' };
    const reply = await app.get('/v1/me/unknown?_format=xml', english);
    expect(reply.status).toBe(401);
    expect(reply.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(reply.body).toContain('<![CDATA[Incorrect API Key]]>');
    expect((await app.get('/v1/me/the-key?_format=XML')).body).toContain('<entry>true</entry>');
  });

  it.each(['_format=yaml', '_format=', '_format=xml&_format=xml', '_format[]=xml'])(
    'refuses the format of ?%s with code 9',
    async (query) => {
      const reply = await app.get(`/v1/me/the-key?${query}`);
      expect(reply.status).toBe(400);
      expect(reply.json).toMatchObject({ code: 9, errors: [{ elementId: 'children[_format].data' }] });
    },
  );

  it('takes five reads in any minute, and says when the next one will be taken', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 9 }, async () => (await app.get('/v1/me/the-key')).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    const reply = await app.get('/v1/me?apiKey=the-key');
    expect(reply.status).toBe(429);
    expect(reply.json).toEqual({
      success: false,
      code: 429,
      message: 'Trop de requêtes, veuillez réessayer plus tard',
    });
    const reset = String((app.ledger.now() + 60_000) / 1000);
    expect(reply.headers).toMatchObject({
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': reset,
      'retry-after': '60',
    });
    app.pass(59_999);
    expect((await app.get('/v1/me/the-key')).headers['retry-after']).toBe('1');
    app.pass(1);
    expect((await app.get('/v1/me/the-key')).status).toBe(200);
  });
});
