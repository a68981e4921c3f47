import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ApiCall } from './api-client.ts';
import { createApiClient } from './api-client.ts';
import { createInstantRuntime } from '../../../../test/support/test-runtime.ts';
import { CommandFailure } from './command-failure.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const KEY = 'scrip_op_never_shown';
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that gives these answers one after the other, the last one again and again, and keeps what it was asked. */
async function serverOf(...answers: Answer[]) {
  const asked: { url: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push({ url: request.url ?? '', headers: request.headers });
    request.resume();
    request.on('end', () => answer?.(request, response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    client: createApiClient({ url, key: KEY, runtime: createInstantRuntime(), timeoutMs: 500 }),
  };
}

const reply =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body));
  };
const problem = (status: number, code: string, members: object = {}) =>
  reply(status, { title: 'Title', status, code, detail: 'Detail.', ...members });
const hangUp: Answer = (request) => request.socket.destroy();
const silence: Answer = () => {};

const debit: ApiCall = {
  method: 'POST',
  path: ['accounts', 'acme', 'debits'],
  body: {},
  id: 'call-1',
  needs: ['id'],
};
const failureOf = async (called: Promise<unknown>): Promise<CommandFailure> =>
  called.then(
    () => {
      throw new Error('it was answered');
    },
    (error: unknown) => {
      if (error instanceof CommandFailure) return error;
      throw error;
    },
  );

describe('a call that breaks on the way', () => {
  it.each([
    ['hangs up', hangUp],
    ['answers too late', silence],
    ['cannot say whether it happened', problem(503, 'store-failed', { outcome: 'unknown' })],
    ['changed nothing', problem(503, 'overloaded', { outcome: 'not-applied' })],
  ])('is sent again with the same id where the server %s', async (_what, answer) => {
    const { client, asked } = await serverOf(
      answer,
      reply(201, { id: 'call-1' }, { 'idempotent-replayed': 'true' }),
    );
    expect(await client.call(debit)).toEqual({
      value: { id: 'call-1' },
      text: '{"id":"call-1"}',
      replayed: true,
      requestId: null,
    });
    expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual(['"call-1"', '"call-1"']);
  });

  it.each([{ status: 'ok' }, [], {}])('may have happened where what answers %j is no Scrip', async (body) => {
    const { client } = await serverOf(reply(200, body));
    const failure = await failureOf(client.call(debit));
    expect(failure).toMatchObject({ code: 'outcome-unknown', hint: expect.stringContaining('--id call-1 ') });
    const read = await failureOf(client.call({ method: 'GET', path: ['accounts'], needs: ['data'] }));
    expect(read).toMatchObject({ code: 'not-scrip', message: expect.stringContaining('with status 200') });
  });

  it('to where the key does not go says where that is', async () => {
    const { client } = await serverOf(reply(302, '', { location: 'https://127.0.0.2/scrip' }));
    const failure = await failureOf(client.call(debit));
    expect(failure).toMatchObject({ code: 'server-redirects' });
    expect(failure.message).toContain('sends to https://127.0.0.2, where the key was not sent');
  });

  it('names its id when nobody can say whether it happened', async () => {
    const { client, asked } = await serverOf(hangUp);
    const failure = await failureOf(client.call(debit));
    expect(asked).toHaveLength(3);
    expect(failure).toMatchObject({ code: 'outcome-unknown', exitCode: 1 });
    expect(failure.hint).toContain('--id call-1 ');
  });

  it.each([
    ['a proxy refuses', reply(403, 'go away')],
    ['its key is refused', problem(401, 'credential-unknown')],
    ['something else listens', reply(404, 'nothing here')],
    ['a page is in between', reply(200, 'sign in', { 'content-type': 'text/html' })],
    ['it is sent elsewhere', reply(302, '', { location: 'http://127.0.0.1:2/' })],
    ['the request took too long', problem(408, 'request-timeout')],
  ])('may still have happened when at the next try %s', async (_what, answer) => {
    const { client, asked } = await serverOf(hangUp, answer);
    const failure = await failureOf(client.call(debit));
    expect(asked).toHaveLength(2);
    expect(failure.code).toBe('outcome-unknown');
    expect(failure.hint).toContain('--id call-1 ');
  });

  it('keeps when the server said to come back', async () => {
    const body = { title: 'Title', status: 503, code: 'overloaded', detail: 'Detail.' };
    const { client } = await serverOf(reply(503, body, { 'retry-after': '300' }));
    const failure = await failureOf(client.call({ method: 'GET', path: ['rate-card'], needs: [] }));
    expect(failure.cause).toMatchObject({ retryAfterSeconds: 300 });
  });

  it('has not happened where the ledger refuses it at the next try', async () => {
    const { client } = await serverOf(hangUp, problem(402, 'insufficient-credits'));
    expect((await failureOf(client.call(debit))).code).toBe('insufficient-credits');
  });

  it.each([502, 200])('may have happened where something else answers with status %i', async (status) => {
    const { client } = await serverOf(reply(status, 'a page', { 'content-type': 'text/html' }));
    const failure = await failureOf(client.call(debit));
    expect(failure.message).toContain(`did not tell (status ${status})`);
    expect([failure.code, failure.hint]).toEqual([
      'outcome-unknown',
      expect.stringContaining('--id call-1 '),
    ]);
  });

  it('may still have happened when the server is gone at the next try', async () => {
    const { client, url } = await serverOf((request) => {
      request.socket.destroy();
      for (const close of closing.splice(0)) close();
    });
    const failure = await failureOf(client.call({ ...debit, id: "it's 1" }));
    expect(failure.code).toBe('outcome-unknown');
    expect(failure.message).toContain(url);
    expect(failure.hint).toContain(String.raw`--id 'it'\''s 1' `);
  });

  it('has not happened for sure where another program says yes to what has no answer', async () => {
    const call: ApiCall = { method: 'DELETE', path: ['a'], effect: 'once', needs: [] };
    const { client } = await serverOf(reply(200, { status: 'ok' }));
    expect((await failureOf(client.call(call))).code).toBe('outcome-unknown');
    const { client: other } = await serverOf((_request, response) => response.writeHead(204).end());
    await expect(other.call(call)).resolves.toMatchObject({ text: '' });
  });

  it('is not sent again without an id', async () => {
    const { client, asked } = await serverOf(hangUp);
    const failure = await failureOf(client.call({ method: 'DELETE', path: ['a'], needs: [] }));
    expect(asked).toHaveLength(1);
    expect(failure.code).toBe('outcome-unknown');
  });

  it('changed nothing where it only reads', async () => {
    const { client, asked } = await serverOf(hangUp);
    const failure = await failureOf(
      client.call({ method: 'POST', path: ['quotes'], body: {}, effect: 'none', needs: [] }),
    );
    expect(asked).toHaveLength(3);
    expect(failure.code).toBe('no-answer');
  });

  it('is given up where no server listens', async () => {
    const client = createApiClient({ url: 'http://127.0.0.1:2', key: KEY, runtime: createInstantRuntime() });
    const failure = await failureOf(client.call(debit));
    expect(failure).toMatchObject({ code: 'unreachable', exitCode: 1 });
    expect(failure.message).toContain('ECONNREFUSED');
    expect(failure.hint).toContain('scrip serve');
  });

  it('ends with the server’s own words when it changed nothing to the last', async () => {
    const { client } = await serverOf(problem(503, 'overloaded', { outcome: 'not-applied' }));
    expect(await failureOf(client.call(debit))).toMatchObject({
      code: 'overloaded',
      message: 'Title. Detail.',
    });
  });
});

describe('a call that is answered', () => {
  it('with a fault of the server’s is sent again by its id, and ends in the server’s own words', async () => {
    const { client, asked } = await serverOf(problem(500, 'internal', { outcome: 'unknown' }));
    expect(await failureOf(client.call(debit))).toMatchObject({ code: 'internal', exitCode: 1 });
    expect(asked).toHaveLength(3);
  });

  it.each([
    [401, 'credential-unknown', 4],
    [403, 'forbidden', 4],
    [402, 'insufficient-credits', 1],
    [404, 'account-not-found', 1],
    [422, 'invalid-request', 2],
    [422, 'unknown-action', 1],
  ])('with %d %s is not sent again and ends with exit code %d', async (status, code, exitCode) => {
    const { client, asked } = await serverOf(problem(status, code));
    expect(await failureOf(client.call(debit))).toMatchObject({ code, exitCode });
    expect(asked).toHaveLength(1);
  });

  it('with not-found says that the address has something after it', async () => {
    const { client } = await serverOf(problem(404, 'not-found'));
    expect((await failureOf(client.call(debit))).hint).toMatch(/^Set SCRIP_URL .*without a path/);
  });

  it('in another protocol says so, and that trying again does not help', async () => {
    const { url } = await serverOf(reply(200, {}));
    const client = createApiClient({
      url: url.replace('http', 'https'),
      key: KEY,
      runtime: createInstantRuntime(),
    });
    const reading = await failureOf(client.call({ method: 'GET', path: ['rate-card'], needs: [] }));
    const changing = await failureOf(client.call(debit));
    expect(reading).toMatchObject({
      code: 'no-answer',
      hint: expect.stringContaining(`Set SCRIP_URL to ${url}:`),
    });
    // An earlier try may have come to its end.
    expect(changing).toMatchObject({
      code: 'outcome-unknown',
      hint: expect.stringMatching(/^Set SCRIP_URL to http:.*\n.*--id call-1 /),
    });
  });

  it('names what is wrong by the flag that says it', async () => {
    const errors = [
      { pointer: '/occurredAt', detail: 'must be a time.' },
      { pointer: '?start', detail: 'must be a day.' },
      { pointer: '/lines/0/quantity', detail: 'must be above 0.' },
    ];
    const { client } = await serverOf(problem(422, 'invalid-request', { errors }));
    expect((await failureOf(client.call(debit))).message).toBe(
      '--occurred-at must be a time.; --start must be a day.; --for number 1: quantity must be above 0.',
    );
  });

  it.each([['a refusal of its own', 404, 'text/html', '<html>']])(
    'by another program with %s says that it is not Scrip',
    async (_what, status, type, body) => {
      const { client } = await serverOf((_request, response) => {
        response.writeHead(status, { 'content-type': type, location: 'http://127.0.0.1:2/' }).end(body);
      });
      expect(await failureOf(client.call(debit))).toMatchObject({ code: 'not-scrip', exitCode: 1 });
    },
  );
});

describe('a request', () => {
  it('carries ids into the path as they are', async () => {
    const { client, asked } = await serverOf(reply(200, { id: 'x' }));
    await client.call({
      method: 'GET',
      path: ['accounts', 'a/b ?#%', 'x'],
      query: { at: 'a&b', by: undefined },
      needs: ['id'],
    });
    expect(asked[0]?.url).toBe('/scrip/v1/accounts/a%2Fb%20%3F%23%25/x?at=a%26b');
  });

  it.each(['', '.', '..'])('is not made for the id %j, which would ask for something else', async (id) => {
    const { client, asked } = await serverOf(reply(200, {}));
    expect(
      (await failureOf(client.call({ method: 'GET', path: ['accounts', id], needs: [] }))).exitCode,
    ).toBe(2);
    expect(asked).toEqual([]);
  });

  it('keeps the spaces and quotes of its id', async () => {
    const { client, asked } = await serverOf(reply(201, { id: 'x' }));
    await client.call({ ...debit, id: String.raw` a "b" \ ` });
    expect(asked[0]?.headers['idempotency-key']).toBe(String.raw`" a \"b\" \\ "`);
  });

  it.each(['é', '', 'a\nb', 'a'.repeat(256)])('is not made with the id %j', async (id) => {
    const { client } = await serverOf(reply(201, {}));
    expect(await failureOf(client.call({ ...debit, id }))).toMatchObject({ exitCode: 2, code: 'id-invalid' });
  });

  it('is not made without a key', async () => {
    const { url, asked } = await serverOf(reply(200, {}));
    const failure = await failureOf(createApiClient({ url, key: null }).call(debit));
    expect(failure).toMatchObject({ code: 'key-missing', exitCode: 4 });
    expect(asked).toEqual([]);
  });

  it('shows its key in no failure', async () => {
    for (const answer of [hangUp, problem(401, 'credential-unknown'), problem(503, 'x')]) {
      const { client } = await serverOf(answer);
      const { message, hint, reply: text, stack } = await failureOf(client.call(debit));
      expect(JSON.stringify([message, hint, text, stack])).not.toContain(KEY);
    }
  });
});
