import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Asking, ServedApp } from '../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../test/support/served-app.ts';

let served: ServedApp;
beforeAll(async () => {
  served = await serveAcme();
  await served.ask('POST', '/accounts/acme/debits', { body: { pool: 'standard', amount: 1 }, id: 'd1' });
  await served.ask('POST', '/accounts/acme/holds', { body: { pool: 'standard', amount: 1 }, id: 'h1' });
});
afterAll(() => served.close());

const CHARGE = { pool: 'standard', amount: 1 };
const GRANT = { pool: 'standard', amount: 1, kind: 'one-time' };
const LINES = { lines: [{ action: 'sms', quantity: 1 }] };

/** Each route that takes a body, with one that it would take. */
const ROUTES: readonly [string, string, Record<string, unknown>][] = [
  ['POST', '/accounts', { id: 'fresh' }],
  ['PATCH', '/accounts/acme', { name: 'x' }],
  ['POST', '/accounts/acme/close', {}],
  ['POST', '/accounts/acme/keys', { name: 'x' }],
  ['POST', '/accounts/acme/grants', GRANT],
  ['POST', '/accounts/acme/grants/g1/void', {}],
  ['POST', '/accounts/acme/debits', CHARGE],
  ['POST', '/accounts/acme/debits/d1/refund', { amount: 1 }],
  ['POST', '/accounts/acme/holds', CHARGE],
  ['POST', '/accounts/acme/holds/h1/capture', { amount: 1 }],
  ['POST', '/accounts/acme/holds/h1/release', {}],
  ['POST', '/accounts/acme/quotes', LINES],
  ['PUT', '/rate-card', { actions: {} }],
  ['POST', '/operator-keys', { role: 'read' }],
];

async function expectRefusal(method: string, path: string, asking: Asking): Promise<number> {
  const { status, json, headers, text } = await served.ask(method, path, asking);
  expect(status, text).toBeGreaterThanOrEqual(400);
  expect(status, text).toBeLessThan(500);
  expect(String(headers['content-type'])).toMatch(/^application\/problem\+json/);
  expect(json).toMatchObject({ status, type: `/problems/${json.code}` });
  expect(json.detail.length).toBeGreaterThan(10);
  return status;
}

async function versions(): Promise<unknown> {
  const { ledger } = served;
  const ids = ['acme', '$operator', '$rate-card', 'fresh'];
  const states = await Promise.all(ids.map(async (id) => ledger.account(id)));
  return [states.map((state) => state?.version), await ledger.accountIds({ after: null, limit: 10 })];
}

describe.each(ROUTES)('%s %s', (method, path, body) => {
  const refuse = (asking: Asking) => expectRefusal(method, path, asking);
  const withMember = (name: string, value: string) =>
    JSON.stringify({ ...body, slot: 0 }).replace('"slot":0', `${JSON.stringify(name)}:${value}`);

  it('refuses what is not JSON, or not safe to read, and changes nothing', async () => {
    const before = await versions();
    for (const text of [
      '{',
      '{"a":1',
      "{'a':1}",
      'null x',
      '\uFEFF{}',
      '{"a":01}',
      '{"a":NaN}',
      '[1,]',
      'true false',
    ])
      expect(await refuse({ text })).toBe(400);
    expect(await refuse({ text: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) })).toBe(400);
    expect(await refuse({ text: withMember('__proto__', '{"a":1}') })).toBe(422);
    expect(await refuse({ text: withMember('constructor', '{"prototype":{"a":1}}') })).toBe(422);
    expect(await refuse({ text: withMember('metadata', '{"a":[1e400]}') })).toBe(422);
    expect(await refuse({ text: withMember('metadata', '{"order":1234567890123456789}') })).toBe(422);
    expect(await refuse({ text: withMember('a', '['.repeat(33) + ']'.repeat(33)) })).toBe(400);
    expect(await refuse({ text: '['.repeat(60_000) + ']'.repeat(4000) })).toBe(400);
    expect(await refuse({ text: '['.repeat(30_000) + ']'.repeat(30_000) })).toBe(400);
    expect(await versions()).toEqual(before);
  });

  it('refuses other values than an object, and unknown members, with 422', async () => {
    const before = await versions();
    for (const text of ['[]', '"text"', '5', 'true', 'null', '[{}]', '1e999'])
      expect(await refuse({ text })).toBe(422);
    const { status, json } = await served.ask(method, path, { text: withMember('a/b~c', '1') });
    expect([status, json.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      422,
      ['/a~1b~0c'],
    ]);
    for (const name of ['toString', 'constructor', 'hasOwnProperty', 'length', 'ID', ''])
      expect(await refuse({ text: withMember(name, '1') })).toBe(422);
    expect(await versions()).toEqual(before);
  });

  it('refuses each of its members with a value of another type', async () => {
    const before = await versions();
    for (const name of Object.keys(body))
      for (const value of [
        true,
        [],
        {},
        [1],
        { a: 1 },
        '',
        '\u0000',
        ' 1',
        '1 ',
        '+1',
        '-1',
        '0x1',
        '١',
        -1,
        1e30,
      ])
        await (isFine(name, value) ? undefined : refuse({ body: { ...body, [name]: value } }));
    for (const name of Object.keys(body))
      for (const digits of ['9223372036854.775808', '1e400', '1'.repeat(400), '0.0000001', '-0.1'])
        await refuse({ text: withMember(name, digits).replace(/^\{"\w+":[^,]+,/, '{') });
    expect(await versions()).toEqual(before);
  });

  it('refuses a body that is too large, of another type, or of none', async () => {
    const before = await versions();
    expect(await refuse({ text: `{"a":"${'x'.repeat(1024 * 1024)}"}` })).toBe(413);
    const text = JSON.stringify(body);
    for (const type of [
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'json',
      '*/*',
      '',
    ])
      expect(await refuse({ text, headers: { 'content-type': type } })).toBe(415);
    expect(await versions()).toEqual(before);
  });

  it('refuses a body that is compressed, or says so', async () => {
    const before = await versions();
    const text = JSON.stringify(body);
    for (const coding of ['gzip', 'br', 'gzip, identity', 'none'])
      for (const sent of [text, gzipSync(text)])
        expect(await refuse({ text: sent, headers: { 'content-encoding': coding } })).toBe(415);
    expect(await versions()).toEqual(before);
  });

  it('refuses a query that it does not know', async () => {
    expect(await expectRefusal(method, `${path}?dry=true`, { body })).toBe(422);
  });
});

/** Values that a text of this name may well have. */
function isFine(name: string, value: unknown): boolean {
  const isText = typeof value === 'string' && value !== '' && value !== '\u0000';
  const isId = value === '-1' || value === '0x1';
  return (
    (name === 'name' && isText) || (name === 'id' && isId) || (name === 'actions' && isEmptyObject(value))
  );
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && JSON.stringify(value) === '{}';
}

describe('a body of no length', () => {
  it.each(['grants', 'debits', 'holds', 'quotes'])('is no JSON to %s, whatever its type is', async (path) => {
    for (const headers of [{ 'content-type': 'application/json' }, {}]) {
      const { status, json } = await served.ask('POST', `/accounts/acme/${path}`, {
        headers: { ...headers, 'content-length': '0' },
      });
      expect([status, json.code]).toEqual([400, 'malformed-json']);
    }
  });

  it('is an empty object where that is enough', async () => {
    const { status } = await served.ask('POST', '/accounts/acme/keys', {
      headers: { 'content-length': '0' },
    });
    expect(status).toBe(201);
  });

  it('is refused in the words of a dialect, before the check of what it is to hold', async () => {
    const { status, json } = await served.ask('POST', '/accounts/acme/debits?dialect=voxpria');
    expect([status, json.error.message]).toEqual([400, 'The body is empty: send a JSON object.']);
  });
});

describe('an Idempotency-Key', () => {
  it.each(['', 'x'.repeat(256), 'é', '"a', '"a"b', '"a\\b"', '""', 'a\tb', `"${'x'.repeat(256)}"`])(
    'of %j is refused',
    async (id) => {
      const status = await expectRefusal('POST', '/accounts/acme/debits', { body: CHARGE, id });
      expect(status).toBe(422);
    },
  );

  it.each([
    ['a', '"a"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['x'.repeat(255), `"${'x'.repeat(255)}"`],
    [' ~', '" ~"'],
  ])('means the same bare and quoted: %s', async (id, quoted) => {
    const first = await served.ask('POST', '/accounts/acme/debits', { body: CHARGE, id: quoted });
    expect([first.status, first.json.id]).toEqual([201, id]);
    if (id === id.trim()) {
      const again = await served.ask('POST', '/accounts/acme/debits', { body: CHARGE, id });
      expect([again.status, again.text]).toEqual([201, first.text]);
    }
  });
});

describe('a value', () => {
  it.each([
    [{ ...CHARGE, occurredAt: '2026-03-10 12:00:00Z' }, '/occurredAt'],
    [{ ...CHARGE, occurredAt: '2026-03-10T24:00:00Z' }, '/occurredAt'],
    [{ ...CHARGE, occurredAt: '10000-01-01T00:00:00Z' }, '/occurredAt'],
    [{ ...CHARGE, occurredAt: 1_773_144_000 }, '/occurredAt'],
    [{ ...CHARGE, metadata: { text: 'x'.repeat(4096) } }, '/metadata'],
    [{ ...CHARGE, metadata: [] }, '/metadata'],
    [{ ...CHARGE, metadata: null }, '/metadata'],
    [{ action: 'sms' }, ''],
    [{ quantity: 1 }, ''],
    [{ ...CHARGE, action: 'sms', quantity: 1 }, ''],
    [{}, ''],
  ])('of a debit that cannot be is refused: %j', async (body, pointer) => {
    for (const path of ['debits', 'holds']) {
      const { status, json } = await served.ask('POST', `/accounts/acme/${path}`, { body });
      expect([status, json.errors[0].pointer]).toEqual([422, pointer]);
    }
  });

  it.each([
    [{ ...CHARGE, occurredAt: '2026-02-03T11:59:59Z' }, 'occurred-at-out-of-range'],
    [{ ...CHARGE, occurredAt: '2026-03-10T12:05:01Z' }, 'occurred-at-out-of-range'],
    [{ pool: 'gold', amount: 1 }, 'unknown-pool'],
    [{ pool: 'email', amount: 0.5 }, 'too-precise'],
    [{ pool: 'standard', amount: 0 }, 'amount-not-positive'],
    [{ action: 'fax', quantity: 1 }, 'unknown-action'],
    [{ action: 'toString', quantity: 1 }, 'unknown-action'],
    [{ action: 'sms', quantity: 0 }, 'amount-not-positive'],
    [{ action: 'voice_call', quantity: '9223372036854.775807' }, 'insufficient-credits'],
  ])('of a debit that the ledger refuses has its own code: %j', async (body, code) => {
    const { json } = await served.ask('POST', '/accounts/acme/debits', { body });
    expect(json.code).toBe(code);
  });

  it.each([
    [{ name: 'a\nb' }, '/name'],
    [{ name: 'x'.repeat(201) }, '/name'],
    [{ name: '\ud800' }, '/name'],
    [{ timezone: 'Mars/Olympus' }, '/timezone'],
    [{ timezone: '+02:00' }, '/timezone'],
    [{ overdraft: { standard: -1 } }, '/overdraft/standard'],
    [{ overdraft: { standard: null } }, '/overdraft/standard'],
    [{ overdraft: 5 }, '/overdraft'],
    [{ metadata: { a: 'x'.repeat(4096) } }, '/metadata'],
  ])('of an account that cannot be is refused: %j', async (body, pointer) => {
    for (const [method, path] of [
      ['POST', '/accounts'],
      ['PATCH', '/accounts/acme'],
    ] as const) {
      const { status, json } = await served.ask(method, path, { body });
      expect([status, json.errors[0].pointer]).toEqual([422, pointer]);
    }
  });

  it('of an overdraft that the ledger refuses has its own code', async () => {
    const { status, json } = await served.ask('PATCH', '/accounts/acme', {
      body: { overdraft: { gold: 1 } },
    });
    expect([status, json.code]).toEqual([422, 'unknown-pool']);
  });
});

it('refuses more values than can be read without keeping others waiting', async () => {
  const { status, json } = await served.ask('POST', '/debits', {
    text: `[${`[${'1,'.repeat(100)}1],`.repeat(9999)}1234567890123456789]`,
    headers: { 'content-type': 'application/json' },
  });
  expect([status, json.code]).toEqual([422, 'invalid-request']);
  expect(json.errors).toEqual([{ pointer: '', detail: 'holds more than 1000000 values.' }]);
});

it('tells a list that is too long by its length, and by none of its elements', async () => {
  for (const lines of ['0', '{"action":"sms","quantity":1}']) {
    const text = `{"lines":[${`${lines},`.repeat(20_000)}${lines}]}`;
    const { status, json } = await served.ask('POST', '/accounts/acme/quotes', { text });
    expect([status, json.errors]).toEqual([
      422,
      [{ pointer: '/lines', detail: 'must not have more than 1000 items.' }],
    ]);
  }
});

it('refuses a text of a megabyte in an object’s place', async () => {
  const text = JSON.stringify('a'.repeat(1_000_000));
  expect((await served.ask('POST', '/accounts/acme/quotes', { text })).status).toBe(422);
  const { json } = await served.ask('POST', '/debits', { text: `[${text}]` });
  expect(json.results).toMatchObject([{ id: null, status: 422, code: 'invalid-request' }]);
});
