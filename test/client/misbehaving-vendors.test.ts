import { afterEach, describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  ClientError,
  ConnectionError,
  DecodeError,
  InvalidRequestError,
  RateLimitError,
  RedirectError,
  ServerError,
  TimeoutError,
} from '../../packages/client/src/index.ts';
import { type Answer, breakOff, hangUp, reply, silence, stall, startStandIn } from '../support/stand-in.ts';
import { createInstantRuntime } from '../support/test-runtime.ts';
import { vendorSamples } from './vendor-samples.ts';

/** A key of its own for every client: requests with one key share its pace, and a port may come again. */
let keys = 0;
const newKey = () => `the-key-of-test-${(keys += 1)}`;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

const errorOf = async (called: Promise<unknown>): Promise<ClientError> =>
  called.then(
    () => {
      throw new Error('it was answered');
    },
    (error: unknown) => {
      if (error instanceof ClientError) return error;
      throw error;
    },
  );

const page = '<!doctype html><html><body>Welcome</body></html>';

describe.each(vendorSamples)('$vendor', (sample) => {
  /** A client of a stand-in with these answers; no pause takes any time. */
  async function clientOf(...answers: Answer[]) {
    const standIn = await startStandIn(...answers);
    closing.push(standIn.close);
    const runtime = createInstantRuntime();
    const options = { apiKey: newKey(), baseUrl: standIn.url, timeoutMs: 20_000, runtime };
    return { client: sample.create(options), runtime, ...standIn, options };
  }
  const good = reply(200, sample.good);

  it('that answers in pieces is read whole', async () => {
    const text = JSON.stringify(sample.good);
    const { client } = await clientOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(text.slice(0, 7), () => setImmediate(() => response.end(text.slice(7))));
    });
    const balance = await client.balance();
    expect(balance).toMatchObject({ vendor: sample.vendor, asOf: '2026-03-10T12:00:00.000Z', raw: text });
    expect(balance.pools[0]?.available).toBe(sample.available);
  });

  it.each([
    ['never answers', silence],
    ['stops in the middle of its reply', stall],
  ])('that %s is given up after the time-out, three times', async (_what, answer) => {
    const { options } = await clientOf(answer);
    const error = await errorOf(sample.create({ ...options, timeoutMs: 60 }).balance());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: 'timed-out', tries: 3, outcome: 'not-applied', status: null });
  });

  it.each([
    ['hangs up', hangUp],
    ['breaks off in the middle of its reply', breakOff],
  ])('that %s is asked again, and then believed', async (_what, answer) => {
    const { client, runtime } = await clientOf(answer, answer, good);
    expect((await client.balance()).pools[0]?.available).toBe(sample.available);
    expect(runtime.sleptMs).toEqual([187.5, 375]);
  });

  it('that hangs up every time is a broken connection', async () => {
    const { client } = await clientOf(hangUp);
    const error = await errorOf(client.balance());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: 'connection-broken', tries: 3 });
  });

  it('that is not there is unreachable, and its address is named', async () => {
    const runtime = createInstantRuntime();
    const client = sample.create({ apiKey: newKey(), baseUrl: 'http://127.0.0.1:2', runtime });
    const error = await errorOf(client.balance());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: 'unreachable', tries: 3 });
    expect(error.message).toContain('http://127.0.0.1:2 (ECONNREFUSED)');
  });

  it.each([
    ['seconds', { 'retry-after': '17' }, 17_125],
    [
      'a date',
      { 'retry-after': 'Tue, 10 Mar 2026 12:00:30 GMT', date: 'Tue, 10 Mar 2026 12:00:20 GMT' },
      10_125,
    ],
    ['nothing', {}, 187.5],
  ])(
    'that has enough of it and says when to come back in %s is asked again then',
    async (_what, headers, ms) => {
      const { client, runtime, asked } = await clientOf(reply(429, {}, headers), good);
      expect((await client.balance()).pools[0]?.available).toBe(sample.available);
      expect(runtime.sleptMs).toEqual([ms]);
      expect(asked).toHaveLength(2);
    },
  );

  it('that breaks and tells of a limit beside is asked again soon: the limit has nothing to do with it', async () => {
    for (const reset of ['55', '3600']) {
      const headers = { 'x-ratelimit-limit': '1000', 'x-ratelimit-reset': reset };
      const { client, runtime } = await clientOf(reply(500, {}, headers), good);
      await client.balance();
      expect(runtime.sleptMs).toEqual([187.5]);
    }
  });

  it('that asks for more than a minute is left alone', async () => {
    const { client, runtime, asked } = await clientOf(
      reply(429, {}, { 'retry-after': '61', 'x-ratelimit-limit': '5', 'x-request-id': 'r-7' }),
    );
    const error = await errorOf(client.balance());
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ retryAfterSeconds: 61, limit: 5, requestId: 'r-7', status: 429, tries: 1 });
    expect(runtime.sleptMs).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it.each([500, 502, 503, 504])('that breaks with %d is asked three times', async (status) => {
    const { client, asked } = await clientOf(reply(status, page, { 'content-type': 'text/html' }));
    const error = await errorOf(client.balance());
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ status, tries: 3, outcome: 'not-applied' });
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['half a body', JSON.stringify(sample.good).slice(0, -9), 'malformed', ''],
    ['a web page', page, 'html', ''],
    ['nothing', '', 'empty-body', ''],
    ['a value of a wrong type', JSON.stringify(sample.odd), 'member-odd', sample.oddAt],
    ['less than it must', JSON.stringify(sample.lacking), 'member-missing', sample.lackingAt],
    ['no end', `{"x":"${'x'.repeat(1_000_001)}"}`, 'too-long', ''],
  ])('that sends %s is told where it is odd, and asked once', async (_what, body, code, at) => {
    const { client, asked } = await clientOf(reply(200, body));
    const error = await errorOf(client.balance());
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({ code, at, status: 200 });
    expect(error.message).toContain(at);
    expect(asked).toHaveLength(1);
  });

  it('that refuses a key and takes it again later is asked each time', async () => {
    const { status, body } = sample.refusedKey;
    const { client, asked } = await clientOf(reply(status, body), good);
    const error = await errorOf(client.balance());
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: 'credential-unknown', status, tries: 1 });
    expect(asked).toHaveLength(1);
    expect((await client.balance()).pools[0]?.available).toBe(sample.available);
  });

  it('that sends the key to another host does not get it there', async () => {
    const other = await startStandIn(good);
    closing.push(other.close);
    const { client, asked } = await clientOf((request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url}` }).end();
    });
    const error = await errorOf(client.balance());
    expect(error).toBeInstanceOf(RedirectError);
    expect(error).toMatchObject({ code: 'redirected', status: 302, tries: 1 });
    expect(error.message).toContain(other.url);
    expect(other.asked).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('that sends the key from https to http of its own host does not get it there', async () => {
    const asked: string[] = [];
    const fetch = async (url: URL) => {
      asked.push(url.href);
      return new Response('', { status: 302, headers: { location: `http://${url.host}/` } });
    };
    const client = sample.create({ apiKey: newKey(), baseUrl: 'https://vendor.example', fetch });
    expect(await errorOf(client.balance())).toBeInstanceOf(RedirectError);
    expect(asked).toHaveLength(1);
  });

  it('is followed to another path of its own', async () => {
    const { client, asked } = await clientOf(reply(308, '', { location: '/moved?to=here' }), good);
    expect((await client.balance()).pools[0]?.available).toBe(sample.available);
    expect(asked[1]?.url).toBe('/moved?to=here');
    const credentials = ['authorization', 'x-sup-api-key', 'x-api-token'] as const;
    for (const name of credentials) expect(asked[1]?.headers[name]).toBe(asked[0]?.headers[name]);
  });

  it('is not followed in circles', async () => {
    const { client, asked } = await clientOf(reply(302, '', { location: '/again' }));
    expect(await errorOf(client.balance())).toBeInstanceOf(RedirectError);
    expect(asked).toHaveLength(4);
  });

  it('that refuses for a reason that nobody knows is not asked again', async () => {
    const { client, asked } = await clientOf(reply(418, page, { 'content-type': 'text/html' }));
    const error = await errorOf(client.balance());
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({ code: 'unrecognised', status: 418 });
    expect(asked).toHaveLength(1);
  });

  it('is not asked any more by a caller who has given up', async () => {
    const { asked, options } = await clientOf(silence);
    const client = sample.create({ ...options, maxRetries: 0 });
    const controller = new AbortController();
    const called = client.balance({ signal: controller.signal });
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(1);
    const reason = new Error('the campaign was called off');
    controller.abort(reason);
    await expect(called).rejects.toBe(reason);
    await expect(client.balance({ signal: controller.signal })).rejects.toBe(reason);
    expect(asked).toHaveLength(1);
  });

  it('is not waited for by a caller who gives up meanwhile', async () => {
    const { asked, options } = await clientOf(reply(503, '', { 'retry-after': '50' }));
    const client = sample.create({ ...options, runtime: {} });
    const controller = new AbortController();
    const called = client.balance({ signal: controller.signal });
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(1);
    const reason = new Error('the campaign was called off');
    controller.abort(reason);
    await expect(called).rejects.toBe(reason);
    expect(asked).toHaveLength(1);
  });
});
