import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { debit } from '../../../../../test/support/sample-ledger.ts';
import type { VendorApp } from '../../../../../test/support/vendor-app.ts';
import { openVendorApp } from '../../../../../test/support/vendor-app.ts';

const KEY = { 'x-sup-api-key': 'the-key' };
const HOUR_MS = 3_600_000;

let app: VendorApp;
beforeEach(async () => {
  app = await openVendorApp();
  await app.open('customer', 'the-key');
});
afterEach(() => app.close());

const usage = (query: string) => app.get(`/v1/usage?${query}`, KEY);

describe('GET /v1/credits', () => {
  it('is null where there never was a grant, and 0 where all is spent', async () => {
    expect((await app.get('/v1/credits', KEY)).body).toBe('{"balance":null}');
    await app.grant('customer', 5n, { pool: 'email' });
    await app.change('customer', {
      kind: 'DebitCredits',
      charge: { by: 'action', action: 'ai_processing', quantityMicros: 1_000_000n },
      occurredAtMs: null,
    });
    expect((await app.get('/v1/credits', KEY)).body).toBe('{"balance":null}');
    await app.grant('customer', 1n);
    await app.change('customer', debit(1n));
    expect((await app.get('/v1/credits', KEY)).body).toBe('{"balance":0}');
  });

  it('finds no user where the account is closed', async () => {
    await app.change('customer', { kind: 'CloseAccount' });
    const reply = await app.get('/v1/credits', KEY);
    expect(reply.status).toBe(404);
    expect(reply.json.message.message).toBe('No user found');
  });

  it('has no limit of reads', async () => {
    const replies = await Promise.all(Array.from({ length: 100 }, () => app.get('/v1/credits', KEY)));
    expect(replies.every(({ status }) => status === 200)).toBe(true);
  });
});

describe('GET /v1/usage', () => {
  /** Debits at 12:00 and 14:10 of the first day and 14:10 of the second, by two keys and by nobody. */
  beforeEach(async () => {
    await app.grant('customer', 1000n);
    await app.grant('customer', 1000n, { pool: 'eur' });
    await app.change('customer', debit(90n), 'key-b');
    app.pass(2 * HOUR_MS + 600_000);
    await app.change('customer', debit(30n), 'key-a');
    await app.change('customer', {
      kind: 'DebitCredits',
      charge: { by: 'amount', pool: 'eur', amountMicros: 7n },
      occurredAtMs: null,
    });
    app.pass(24 * HOUR_MS);
    await app.change('customer', debit(1n));
  });

  const twoDays = 'start_time=2026-03-10T00:00:00Z&end_time=2026-03-12T00:00:00Z';

  it.each(['9999-12-31T23:59:59.999Z', '9000-01-01T00:00:00Z', '1999-12-31T23:59:59Z'])(
    'refuses %s, which is no time of anybody’s usage',
    async (time) => {
      for (const width of ['hour', 'day']) {
        const late = await usage(`start_time=2026-03-10T00:00:00Z&end_time=${time}&bucket_width=${width}`);
        const early = await usage(`start_time=${time}&end_time=9999-12-31T23:59:59.999Z`);
        for (const { status, json } of [late, early])
          expect([status, json.message.statusCode]).toEqual([400, 400]);
      }
    },
  );

  it('names the last time before those that are too far off as RFC 3339 has it', async () => {
    const { json } = await usage('start_time=8999-12-31T00:00:00Z&end_time=8999-12-31T23:59:59.999Z');
    expect(json.data).toMatchObject([{ ending_at: '9000-01-01T00:00:00Z' }]);
  });

  it('adds up minutes by day, in UTC', async () => {
    expect((await usage(twoDays)).json).toEqual({
      data: [
        {
          starting_at: '2026-03-10T00:00:00Z',
          ending_at: '2026-03-11T00:00:00Z',
          results: [{ minutes_used: 2 }],
        },
        {
          starting_at: '2026-03-11T00:00:00Z',
          ending_at: '2026-03-12T00:00:00Z',
          results: [{ minutes_used: 0.016667 }],
        },
      ],
      next_page_token: null,
      total: 2,
    });
  });

  it('widens the span to whole buckets', async () => {
    const { data, total } = (
      await usage('start_time=2026-03-10T13:59:59Z&end_time=2026-03-10T14:00:01Z&bucket_width=hour')
    ).json;
    expect(total).toBe(2);
    expect(data.map((bucket: { starting_at: string }) => bucket.starting_at)).toEqual([
      '2026-03-10T13:00:00Z',
      '2026-03-10T14:00:00Z',
    ]);
    expect(data.map((bucket: { results: unknown[] }) => bucket.results)).toEqual([
      [],
      [{ minutes_used: 0.5 }],
    ]);
  });

  it('pages through the buckets without gap or overlap', async () => {
    const starts: string[] = [];
    let token: string | null = '';
    let pages = 0;
    while (token !== null) {
      const query = `${twoDays}&bucket_width=hour&page_size=20${token === '' ? '' : `&next_page_token=${token}`}`;
      const { json } = await usage(query);
      expect(json.total).toBe(48);
      for (const bucket of json.data) starts.push(bucket.starting_at);
      token = json.next_page_token;
      pages += 1;
    }
    expect(pages).toBe(3);
    expect(starts).toHaveLength(48);
    expect(new Set(starts).size).toBe(48);
    expect(starts.toSorted()).toEqual(starts);
  });

  it('shows ten buckets a page unless told otherwise', async () => {
    expect((await usage(`${twoDays}&bucket_width=hour`)).json.data).toHaveLength(10);
    expect((await usage(`${twoDays}&bucket_width=hour&page_size=3.0`)).json.data).toHaveLength(3);
  });

  it.each([
    'breakdown_type=api_key',
    'breakdown_type[]=api_key',
    'breakdown_type%5B%5D=api_key&breakdown_type=api_key',
  ])('breaks usage down by the key that made the debit: %s', async (breakdown) => {
    const { data } = (await usage(`${twoDays}&${breakdown}`)).json;
    expect(data.map((bucket: { results: unknown[] }) => bucket.results)).toEqual([
      [
        { minutes_used: 0.5, api_key: 'key-a' },
        { minutes_used: 1.5, api_key: 'key-b' },
      ],
      [{ minutes_used: 0.016667 }],
    ]);
  });

  it('takes offsets, also with a plus that was not encoded', async () => {
    for (const plus of ['+', '%2B', '%2b'])
      expect(
        (await usage(`start_time=2026-03-10T09:00:00${plus}09:00&end_time=2026-03-11T09:00:00${plus}09:00`))
          .json.total,
      ).toBe(1);
  });

  it.each([
    ['end_time=2026-03-12T00:00:00Z', 'start_time: is required'],
    ['start_time=2026-03-12T00:00:00Z', 'end_time: is required'],
    ['start_time=2026-02-30T00:00:00Z&end_time=2026-03-12T00:00:00Z', 'start_time: must be an RFC 3339'],
    ['start_time=2026-03-12&end_time=2026-03-13T00:00:00Z', 'start_time: must be an RFC 3339'],
    ['start_time=2026-03-12T00:00:00Z&end_time=2026-03-12T00:00:00Z', 'end_time: must be after start_time'],
    [`${twoDays}&bucket_width=week`, 'bucket_width: must be hour or day'],
    [`${twoDays}&bucket_width=constructor`, 'bucket_width: must be hour or day'],
    [`${twoDays}&bucket_width=day&bucket_width=hour`, 'bucket_width: must be given once'],
    [`${twoDays}&page_size=0`, 'page_size: must be a whole number from 1 to 20'],
    [`${twoDays}&page_size=21`, 'page_size: must be a whole number from 1 to 20'],
    [`${twoDays}&page_size=1.5`, 'page_size: must be a whole number from 1 to 20'],
    [`${twoDays}&breakdown_type=voice_id`, 'breakdown_type: voice_id is not recorded here, api_key is'],
    [`${twoDays}&breakdown_type=colour`, 'breakdown_type: must be one of api_key, voice_id'],
    [`${twoDays}&next_page_token=nonsense`, 'next_page_token: does not belong to this query'],
    [`${twoDays}&next_page_token=YnVja2V0IDk`, 'next_page_token: does not belong to this query'],
  ])('refuses %s', async (query, message) => {
    const reply = await usage(query);
    expect([reply.status, reply.json.message.statusCode]).toEqual([400, 400]);
    expect(reply.json.message.message).toContain(message);
  });

  it('takes no page of another query', async () => {
    const token = (await usage(`${twoDays}&bucket_width=hour`)).json.next_page_token as string;
    expect((await usage(`${twoDays}&bucket_width=day&next_page_token=${token}`)).status).toBe(400);
  });

  it('tells what is wrong to nobody without a key', async () => {
    expect((await app.get('/v1/usage?bucket_width=week')).status).toBe(401);
  });
});
