import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../../test/support/served-app.ts';

let served: ServedApp;
afterEach(() => served.close());

const line = (id: string, accountId = 'acme') => ({ id, accountId, action: 'sms', quantity: 1 });
const NDJSON = { 'content-type': 'application/x-ndjson' };

describe('bulk debits', () => {
  it('are judged one by one and answered in order', async () => {
    served = await serveAcme();
    const { status, json } = await served.ask('POST', '/debits', {
      body: [
        line('a'),
        line('b', 'nobody'),
        { ...line('c'), quantity: 1000 },
        { ...line('d'), extra: 1 },
        'text',
        line('a'),
        { ...line('a'), quantity: 2 },
        { ...line('e', 'ocean') },
        { ...line('f'), pool: 'standard' },
        { id: 'g', accountId: 'acme', pool: 'standard', amount: '0.5', occurredAt: '2026-03-10T11:00:00Z' },
        { ...line('h'), metadata: { text: 'x'.repeat(5000) } },
      ],
      headers: { 'idempotency-key': '' },
    });
    expect(status).toBe(200);
    const told = json.results.map((result: { id: string; status: number; code?: string }) => [
      result.id,
      result.status,
      result.code,
    ]);
    expect(told).toEqual([
      ['a', 201, undefined],
      ['b', 404, 'account-not-found'],
      ['c', 402, 'insufficient-credits'],
      ['d', 422, 'invalid-request'],
      [null, 422, 'invalid-request'],
      ['a', 201, undefined],
      ['a', 422, 'idempotency-mismatch'],
      ['e', 422, 'invalid-request'],
      ['f', 422, 'invalid-request'],
      ['g', 201, undefined],
      ['h', 422, 'invalid-request'],
    ]);
    const [first, , , , , replayed] = json.results;
    expect(first).toMatchObject({ amount: '1', balance: { available: '99' }, version: 3 });
    expect(replayed).toEqual(first);
    expect((await served.ask('GET', '/accounts/acme/balance')).json.pools[0].available).toBe('98.5');
  });

  it('are the same debits as single ones', async () => {
    served = await serveAcme();
    const single = await served.ask('POST', '/accounts/acme/debits', {
      body: { action: 'sms', quantity: 1 },
      id: 'a',
    });
    const bulk = await served.ask('POST', '/debits', { body: [line('a')] });
    expect(bulk.json.results).toEqual([{ ...single.json, status: 201 }]);
  });

  it('come as lines of text too, of which a bad one is refused alone', async () => {
    served = await serveAcme();
    const text = [
      JSON.stringify(line('a')),
      '{"id":"b",',
      '',
      `{"id":"c","accountId":"acme","action":"sms","quantity":1,"metadata":${'['.repeat(40)}${']'.repeat(40)}}`,
      '{"id":"d","accountId":"acme","pool":"standard","amount":0.10000000000000000555}',
      '{"id":"e","accountId":"acme","__proto__":{},"pool":"standard","amount":1}',
      `${JSON.stringify(line('f'))}\r`,
      '',
    ].join('\n');
    const { status, json } = await served.ask('POST', '/debits', { text, headers: NDJSON });
    expect(status).toBe(200);
    expect(json.results.map((result: { id: string; status: number }) => [result.id, result.status])).toEqual([
      ['a', 201],
      [null, 400],
      [null, 400],
      ['d', 422],
      ['e', 422],
      ['f', 201],
    ]);
  });

  it('are judged one by one also where one holds a member that reaches a prototype', async () => {
    served = await serveAcme();
    const lines = [
      JSON.stringify(line('a')),
      '{"id":"b","accountId":"acme","pool":"standard","amount":1,"__proto__":{}}',
      '{"id":"c","accountId":"acme","pool":"standard","amount":1,"metadata":{"constructor":{"prototype":1}}}',
      '{"id":"d","accountId":"acme","pool":"standard","amount":0.10000000000000000555}',
      JSON.stringify(line('e')),
    ];
    const { status, json } = await served.ask('POST', '/debits', { text: `[${lines.join(',')}]` });
    expect(status).toBe(200);
    const told = json.results.map((result: { id: string; status: number; errors?: { detail: string }[] }) => [
      result.id,
      result.status,
      result.errors?.[0]?.detail,
    ]);
    expect(told).toEqual([
      ['a', 201, undefined],
      ['b', 422, 'holds a member named "__proto__", which is not accepted.'],
      ['c', 422, 'holds a member named "constructor", which is not accepted.'],
      ['d', 422, 'has more than 6 decimals.'],
      ['e', 201, undefined],
    ]);
  });

  it('are up to 10,000 at once', async () => {
    served = await serveAcme();
    const lines = Array.from({ length: 10_001 }, (_, index) => line(`${index}`, 'nobody'));
    const over = await served.ask('POST', '/debits', { body: lines });
    expect([over.status, over.json.code]).toEqual([413, 'too-many-lines']);
    const text = lines.map((one) => JSON.stringify(one)).join('\n');
    expect((await served.ask('POST', '/debits', { text, headers: NDJSON })).status).toBe(413);
    const full = await served.ask('POST', '/debits', { body: lines.slice(1) });
    expect([full.status, full.json.results.length]).toEqual([200, 10_000]);
    expect(full.json.results[9999].id).toBe('10000');
    // Counted before any of them is looked at.
    const million = `[${'1,'.repeat(1_000_000)}1]`;
    expect((await served.ask('POST', '/debits', { text: million })).json.code).toBe('too-many-lines');
    expect((await served.ask('POST', '/debits', { body: [] })).json).toEqual({ results: [] });
  });

  it.each([
    ['an object', '{}', 'application/json', 422],
    ['nothing', '', 'application/json', 400],
    ['half an array', '[{}', 'application/json', 400],
    ['no JSON type', '[]', 'text/plain', 415],
    ['9 MB', `["${'x'.repeat(9 * 1024 * 1024)}"]`, 'application/json', 413],
  ])('are refused whole as %s', async (_name, text, type, status) => {
    served = await serveAcme();
    const refused = await served.ask('POST', '/debits', { text, headers: { 'content-type': type } });
    expect(refused.status).toBe(status);
    expect((await served.ask('POST', '/debits?dry=1', { body: [] })).status).toBe(422);
  });

  it.each(['application/json', NDJSON['content-type']])(
    'are refused whole where they are compressed, as %s',
    async (type) => {
      served = await serveAcme();
      const headers = { 'content-type': type, 'content-encoding': 'gzip' };
      for (const text of ['', '[]', gzipSync('[]')]) {
        const { status, json, headers: replied } = await served.ask('POST', '/debits', { text, headers });
        expect([status, json.code]).toEqual([415, 'unsupported-media-type']);
        expect(json.detail).toBe('Send the body as it is, chunked or not: no other coding is read.');
        expect(replied['accept-encoding']).toBe('identity');
      }
    },
  );

  it('are refused whole as NDJSON that is not UTF-8', async () => {
    served = await serveAcme();
    const text = Buffer.concat([Buffer.from(JSON.stringify(line('a'))), Buffer.from([0x0a, 0xff])]);
    const { status, json } = await served.ask('POST', '/debits', { text, headers: NDJSON });
    expect([status, json]).toMatchObject([400, { code: 'malformed-json', detail: 'The body is not UTF-8.' }]);
    expect((await served.ask('GET', '/accounts/acme')).json.version).toBe(2);
  });

  it.each([JSON.stringify(line('b')), ',', '}', ']'])(
    'are refused alone with %s behind them',
    async (more) => {
      served = await serveAcme();
      const text = ['a', 'c'].map((id) => JSON.stringify(line(id))).join(` ${more}\n`);
      const { status, json } = await served.ask('POST', '/debits', { text, headers: NDJSON });
      expect([status, json.results]).toMatchObject([
        200,
        [{ status: 400, code: 'malformed-json' }, { id: 'c' }],
      ]);
      expect(json.results[1].status).toBe(201);
    },
  );

  it.each(['x', ',', ']', '[]'])('are refused whole as an array with %s behind it', async (more) => {
    served = await serveAcme();
    const text = `${JSON.stringify([line('a')])} ${more}`;
    const { status, json } = await served.ask('POST', '/debits', { text });
    expect([status, json.code]).toEqual([400, 'malformed-json']);
    expect((await served.ask('GET', '/accounts/acme')).json.version).toBe(2);
  });

  it('without a body are refused', async () => {
    served = await serveAcme();
    expect((await served.ask('POST', '/debits')).json.code).toBe('malformed-json');
  });

  it('may have very many empty lines between them', async () => {
    served = await serveAcme();
    const text = `${'\n \r\n'.repeat(100_000)}${JSON.stringify(line('a'))}${'\n'.repeat(100_000)}`;
    const { status, json } = await served.ask('POST', '/debits', { text, headers: NDJSON });
    expect([status, json.results.length, json.results[0]?.status]).toEqual([200, 1, 201]);
  });
});
