import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatMicros, ocean, voicepartner } from '@scrip/dialects';
import {
  type Balance,
  InsufficientCreditsError,
  Ocean,
  Supertone,
  VoicePartner,
  Voxpria,
} from '../../packages/client/src/index.ts';
import { startStandIn, reply } from '../support/stand-in.ts';
import { createInstantRuntime } from '../support/test-runtime.ts';

/** A client's options whose fetch answers with this body. */
function answering(body: string, status = 200) {
  const fetch = async () => new Response(body, { status, headers: { 'content-type': 'application/json' } });
  return { apiKey: 'k', baseUrl: 'http://127.0.0.1:2', fetch, runtime: createInstantRuntime() };
}

const voicePartner = async (body: object) => new VoicePartner(answering(JSON.stringify(body))).balance();

it("the vendor's own sample with 66 seconds says what they are", async () => {
  const details = { tts: { h: 5, m: 55, s: 66 }, tts_fixe: { h: 3, m: 44, s: 55 }, voice: { message: 10 } };
  const { pools } = await voicePartner({ success: true, credit: '19', currency: '€', details });
  expect(pools).toEqual([
    {
      pool: 'eur',
      unit: '€',
      available: '19',
      buys: [
        { action: 'tts', quantity: '21366', unit: 'seconds' },
        { action: 'tts_fixe', quantity: '13495', unit: 'seconds' },
        { action: 'voice_message', quantity: '10', unit: 'messages' },
      ],
    },
  ]);
});

it('a euro sign that was garbled on the way is a euro sign', async () => {
  const { pools } = await voicePartner({ success: true, credit: '19', currency: 'â‚¬' });
  expect(pools).toEqual([{ pool: 'eur', unit: '€', available: '19' }]);
});

it.each([
  ['Voice Partner', async () => voicePartner({ success: true, credit: null, currency: '€' })],
  ['Supertone', async () => new Supertone(answering('{"balance":null}')).balance()],
  ['Voxpria', async () => new Voxpria(answering('{"data":{"balance":null}}')).balance()],
])('a balance that %s does not know is not zero', async (_vendor, read: () => Promise<Balance>) => {
  expect((await read()).pools[0]?.available).toBeNull();
});

it('a pool that Ocean.io leaves out is empty, and fractions add up exactly', async () => {
  const body = '{"credits":{"oneTime":0.1,"recurrent":0.2},"previewCredits":{"oneTime":3}}';
  const { pools, limits } = await new Ocean(answering(body)).balance();
  expect(pools).toEqual([
    { pool: 'standard', unit: 'credits', available: '0.3', oneTime: '0.1', recurring: '0.2' },
    { pool: 'email', unit: 'credits', available: '0', oneTime: '0', recurring: '0' },
    { pool: 'phone', unit: 'credits', available: '0', oneTime: '0', recurring: '0' },
    { pool: 'preview', unit: 'credits', available: '3', oneTime: '3', recurring: '0' },
  ]);
  expect(limits).toEqual({ requestsLeft: 0, secondsToReset: 0 });
});

it('no digit is lost that a float does not have', async () => {
  const { pools } = await new Supertone(answering('{"balance":9007199254740.993001}')).balance();
  expect(pools[0]?.available).toBe('9007199254740.993001');
});

const amount = fc.bigInt({ min: 0n, max: 2n ** 62n });

it('an Ocean.io balance is what was encoded', async () => {
  const pool = fc.record({ oneTimeMicros: amount, recurringMicros: amount });
  const input = fc.record({
    credits: pool,
    emailCredits: pool,
    phoneCredits: pool,
    dailyLimitRateLeft: fc.nat(),
    dailyLimitRateSecondsToReset: fc.nat({ max: 86_400 }),
  });
  await fc.assert(
    fc.asyncProperty(input, async (encoded) => {
      const { pools, limits } = await new Ocean(answering(ocean.encodeBalance(encoded).body)).balance();
      const read = pools.map(({ oneTime, recurring, available }) => [oneTime, recurring, available]);
      const given = [encoded.credits, encoded.emailCredits, encoded.phoneCredits];
      expect(read).toEqual(
        given.map(({ oneTimeMicros, recurringMicros }) =>
          [oneTimeMicros, recurringMicros, oneTimeMicros + recurringMicros].map(formatMicros),
        ),
      );
      expect(limits).toEqual({
        requestsLeft: encoded.dailyLimitRateLeft,
        secondsToReset: encoded.dailyLimitRateSecondsToReset,
      });
    }),
  );
});

it('a Voice Partner balance is what was encoded', async () => {
  const quantity = fc.bigInt({ min: 0n, max: 2n ** 40n });
  const input = fc.record({
    creditMicros: amount,
    currency: fc.constant('€' as const),
    ttsSeconds: quantity,
    ttsFixeSeconds: quantity,
    voiceMessages: quantity,
  });
  await fc.assert(
    fc.asyncProperty(input, async (encoded) => {
      const { body } = voicepartner.encodeBalance(encoded);
      const { pools } = await new VoicePartner({
        ...answering(body),
        apiKey: `key-${encoded.creditMicros}`,
      }).balance();
      expect(pools[0]?.available).toBe(formatMicros(encoded.creditMicros));
      expect(pools[0]?.buys?.map((bought) => bought.quantity)).toEqual(
        [encoded.ttsSeconds, encoded.ttsFixeSeconds, encoded.voiceMessages].map(String),
      );
    }),
  );
});

it("Voxpria's days come oldest first, with the vendor's own total", async () => {
  const day = (date: string, calls: number, creditsUsed: number, cost: string) => ({
    date,
    calls,
    creditsUsed,
    cost,
  });
  const standIn = await startStandIn(
    reply(200, {
      success: true,
      data: {
        usage: [day('2025-02-09', 45, 135, '$13.50'), day('2025-02-08', 38, 114, '$11.40')],
        total: { calls: 83, creditsUsed: 249, cost: '$24.90' },
      },
    }),
  );
  try {
    const usage = await new Voxpria({ apiKey: 'k', baseUrl: standIn.url }).usage({
      start: '2025-02-08',
      end: '2025-02-09',
    });
    expect(standIn.asked[0]?.url).toBe('/api/v1/credits/usage?startDate=2025-02-08&endDate=2025-02-09');
    expect(usage).toMatchObject({
      vendor: 'voxpria',
      unit: 'credits',
      days: [
        { day: '2025-02-08', used: '114', calls: 38, cost: { amount: '11.4', currency: 'USD' } },
        { day: '2025-02-09', used: '135', calls: 45, cost: { amount: '13.5', currency: 'USD' } },
      ],
      total: { used: '249', calls: 83, cost: { amount: '24.9', currency: 'USD' } },
    });
  } finally {
    await standIn.close();
  }
});

it("where Voxpria has no total, it is the days' sum, without a cost that one of them does not say", async () => {
  const usage = [
    { date: '2025-02-09', calls: 1, creditsUsed: 0.1, cost: '$1' },
    { date: '2025-02-08', calls: 2, creditsUsed: 0.2 },
  ];
  const client = new Voxpria(answering(JSON.stringify({ data: { usage } })));
  const { total } = await client.usage({ start: '2025-02-08', end: '2025-02-09' });
  expect(total).toEqual({ used: '0.3', calls: 3 });
});

it('every page of Supertone’s usage is read, and its breakdown added up', async () => {
  const bucket = (day: string, ...minutes: number[]) => ({
    starting_at: `${day}T00:00:00Z`,
    ending_at: `${day}T23:59:59Z`,
    results: minutes.map((minutes_used) => ({ minutes_used })),
  });
  const standIn = await startStandIn(
    reply(200, {
      data: [bucket('2026-03-01', 0.1, 0.2), bucket('2026-03-02')],
      next_page_token: 'a b&c',
      total: 3,
    }),
    reply(200, { data: [bucket('2026-03-03', 1)], next_page_token: null, total: 3 }),
  );
  try {
    const client = new Supertone({ apiKey: 'k', baseUrl: standIn.url });
    const usage = await client.usage({ start: '2026-03-01', end: '2026-03-03' });
    expect(usage.days).toEqual([
      { day: '2026-03-01', used: '0.3' },
      { day: '2026-03-02', used: '0' },
      { day: '2026-03-03', used: '1' },
    ]);
    expect(usage).toMatchObject({ unit: 'minutes', total: { used: '1.3' } });
    expect(usage.raw).toHaveLength(2);
    const [first, second] = standIn.asked.map(({ url }) => new URL(url, standIn.url).searchParams);
    expect(Object.fromEntries(first ?? [])).toEqual({
      start_time: '2026-03-01T00:00:00.000Z',
      end_time: '2026-03-04T00:00:00.000Z',
      bucket_width: 'day',
      page_size: '20',
    });
    expect(second?.get('next_page_token')).toBe('a b&c');
  } finally {
    await standIn.close();
  }
});

it('pages of usage without an end are not read for ever', async () => {
  const endless = answering('{"data":[],"next_page_token":"again","total":1}');
  const reading = new Supertone(endless).usage({ start: '2026-03-01', end: '2026-03-02' });
  await expect(reading).rejects.toMatchObject({ name: 'DecodeError', at: 'next_page_token' });
});

it.each([
  ['2026-02-30', '2026-03-01'],
  ['2026-03-02', '2026-03-01'],
  ['2026-3-1', '2026-03-01'],
  ['2026-03-01T00:00:00Z', '2026-03-02'],
])('usage from %s to %s is not asked for', async (start, end) => {
  for (const client of [new Voxpria(answering('')), new Supertone(answering(''))])
    await expect(client.usage({ start, end })).rejects.toMatchObject({ code: 'range-invalid' });
});

it('a refused spend that a vendor words says which pool and whether it is holds', async () => {
  const detail =
    'Some email verifications are already in progress and might use all your remaining email credits.';
  const reading = new Ocean(answering(JSON.stringify({ detail }), 402)).balance();
  await expect(reading).rejects.toBeInstanceOf(InsufficientCreditsError);
  await expect(reading).rejects.toMatchObject({ pool: 'email', reason: 'holds' });
});

it('twelve calls at once, by several clients of one key, reach Voice Partner five a minute', async () => {
  const runtime = createInstantRuntime();
  const arrivedMs: number[] = [];
  const standIn = await startStandIn((request, response) => {
    arrivedMs.push(runtime.elapsedMs());
    reply(200, { success: true, credit: '19', currency: '€' })(request, response);
  });
  try {
    const create = () => new VoicePartner({ apiKey: 'shared', baseUrl: standIn.url, runtime });
    await Promise.all(Array.from({ length: 12 }, async () => create().balance()));
    expect(arrivedMs).toHaveLength(12);
    for (const fromMs of arrivedMs)
      expect(arrivedMs.filter((ms) => ms >= fromMs && ms < fromMs + 60_000).length).toBeLessThanOrEqual(5);
  } finally {
    await standIn.close();
  }
});
