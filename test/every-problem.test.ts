import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { Fault } from '../packages/scrip/src/ledger/fault.ts';
import type { FaultCode } from '../packages/scrip/src/ledger/fault.ts';
import { SealedPast } from '../packages/scrip/src/ledger/sealed-past.ts';
import type { Ledger } from '../packages/scrip/src/ledger/ledger.ts';
import type { ProblemCode } from '../packages/scrip/src/server/problem-table.ts';
import { problems } from '../packages/scrip/src/server/problem-table.ts';
import type { Asking, ServedApp } from './support/served-app.ts';
import { serveAcme } from './support/served-app.ts';

/** What is asked, one after the other; the last of it is answered with the problem. `PASS` moves the clock. */
type Steps = readonly (readonly [method: string, path: string, asking?: Asking])[];
/** What asking in the usual way does not bring about: bytes as they are, what the HTTP parser says, how the ledger fails. */
type Cause =
  | { readonly bytes: string }
  | { readonly parserError: string }
  | { readonly thrown: () => unknown; readonly asked?: 'GET' };

const CHARGE = { pool: 'standard', amount: 1 };
const post = (path: string, body: unknown = {}, asking: Asking = {}) =>
  ['POST', path, { body, ...asking }] as const;
const debit = (body: unknown = CHARGE, asking: Asking = {}) => post('/accounts/acme/debits', body, asking);
const grant = (body: object, asking: Asking = {}) =>
  post('/accounts/acme/grants', { ...CHARGE, kind: 'one-time', ...body }, asking);
const hold = (body: object = CHARGE) => post('/accounts/acme/holds', body, { id: 'h1' });
const close = post('/accounts/acme/close');
const fault = (code: FaultCode) => ({
  thrown: () => new Fault('x', { code, retryable: true, outcome: 'not-applied' }),
});
const pools = (standard: number) => [
  { id: 'standard', decimals: standard, unit: 'credits' },
  { id: 'email', decimals: 0, unit: 'credits' },
  { id: 'phone', decimals: 0, unit: 'credits' },
  { id: 'eur', decimals: 6, unit: '€' },
];

/** How each problem comes about. A new code does not compile without a line here. */
const CAUSES: Readonly<Record<ProblemCode, Steps | Cause>> = {
  'malformed-json': [['POST', '/accounts', { text: '{' }]],
  'nested-too-deeply': [['POST', '/accounts', { text: `{"a":${'['.repeat(33)}${']'.repeat(33)}}` }]],
  'bad-url': [['GET', '/accounts/%zz']],
  'bad-request': { bytes: 'hello\r\n\r\n' },
  'too-many-waiting': {
    bytes: `${'GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(17)}GET /openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
  },
  'credential-missing': [['GET', '/accounts', { key: null }]],
  'credential-unknown': [['GET', '/accounts', { key: 'nobody' }]],
  'credential-repeated': {
    bytes:
      'GET /scrip/v1/accounts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\nconnection: close\r\n\r\n',
  },
  'insufficient-credits': [debit({ ...CHARGE, amount: 101 })],
  forbidden: [
    post('/operator-keys', { role: 'read', secret: 'a-key-that-only-reads-0123456789' }),
    debit(CHARGE, { key: 'a-key-that-only-reads-0123456789' }),
  ],
  'not-found': [['GET', '/nowhere']],
  'account-not-found': [['GET', '/accounts/nobody']],
  'grant-not-found': [post('/accounts/acme/grants/none/void')],
  'debit-not-found': [['GET', '/accounts/acme/debits/none']],
  'hold-not-found': [post('/accounts/acme/holds/none/release')],
  'key-not-found': [['DELETE', '/accounts/acme/keys/none']],
  'rate-card-not-found': [['GET', '/rate-card/99']],
  'method-not-allowed': [['PUT', '/accounts/acme']],
  'request-timeout': { parserError: 'ERR_HTTP_REQUEST_TIMEOUT' },
  'account-exists': [post('/accounts', { id: 'acme' })],
  'account-closed': [close, debit()],
  'overdraft-in-use': [
    ['PATCH', '/accounts/acme', { body: { overdraft: { standard: 5 } } }],
    debit({ ...CHARGE, amount: 103 }),
    ['PATCH', '/accounts/acme', { body: { overdraft: { standard: 1 } } }],
  ],
  'grant-used-up': [debit({ ...CHARGE, amount: 100 }), post('/accounts/acme/grants/g1/void')],
  'grant-voided': [post('/accounts/acme/grants/g1/void'), post('/accounts/acme/grants/g1/void')],
  'refund-exceeds-debit': [
    debit(CHARGE, { id: 'd1' }),
    post('/accounts/acme/debits/d1/refund', { amount: 2 }),
  ],
  'hold-resolved': [hold(), post('/accounts/acme/holds/h1/release'), post('/accounts/acme/holds/h1/capture')],
  'hold-expired': [
    hold({ ...CHARGE, ttlSeconds: 60 }),
    ['PASS', '61000'],
    post('/accounts/acme/holds/h1/capture'),
  ],
  'capture-exceeds-hold': [hold(), post('/accounts/acme/holds/h1/capture', { amount: 2 })],
  'key-in-use': [
    post('/accounts/acme/keys', { secret: 'a-key-of-a-customer-0123456789abc' }),
    post('/accounts/acme/keys', { secret: 'a-key-of-a-customer-0123456789abc' }),
  ],
  'last-admin-key': [['DELETE', '/operator-keys/THE-ADMIN']],
  'pool-removed': [['PUT', '/rate-card', { body: { actions: {}, pools: pools(6).slice(1) } }]],
  'pool-coarser': [['PUT', '/rate-card', { body: { actions: {}, pools: pools(2) } }]],
  'body-too-large': [['POST', '/accounts', { text: `"${'x'.repeat(70_000)}"` }]],
  'too-many-lines': [['POST', '/debits', { text: `[${'1,'.repeat(10_000)}1]` }]],
  'url-too-long': [['GET', `/accounts/acme/debits/${'x'.repeat(800)}`]],
  'unsupported-media-type': [['POST', '/accounts', { text: 'x', headers: { 'content-type': 'text/plain' } }]],
  'invalid-request': [debit({ ...CHARGE, colour: 'red' })],
  'idempotency-mismatch': [debit(CHARGE, { id: 'd1' }), debit({ ...CHARGE, amount: 2 }, { id: 'd1' })],
  'idempotency-key-invalid': [debit(CHARGE, { id: '' })],
  'account-id-needed': [post('/accounts', {}, { id: 'open' })],
  'reserved-id': [grant({}, { id: 'overdraft' })],
  'unknown-action': [debit({ action: 'fax', quantity: 1 })],
  'unknown-pool': [debit({ pool: 'gold', amount: 1 })],
  'too-precise': [debit({ pool: 'email', amount: 0.5 })],
  'amount-too-large': [grant({ amount: '9223372036854.775807' })],
  'amount-not-positive': [debit({ ...CHARGE, amount: 0 })],
  'occurred-at-out-of-range': [debit({ ...CHARGE, occurredAt: '2026-01-01T00:00:00Z' })],
  'expiry-in-the-past': [grant({ expiresAt: '2026-01-01T00:00:00Z' })],
  'expiry-before-start': [grant({ startsAt: '2026-06-01T00:00:00Z', expiresAt: '2026-05-01T00:00:00Z' })],
  'quantity-needs-action': [hold(), post('/accounts/acme/holds/h1/capture', { quantity: 1 })],
  'headers-too-large': { bytes: `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n` },
  sealed: { asked: 'GET', thrown: () => new SealedPast(0) },
  internal: { thrown: () => new TypeError('a bug') },
  'store-failed': fault('store-failed'),
  'store-unreadable': fault('store-unreadable'),
  overloaded: fault('overloaded'),
  closing: fault('closing'),
  'timed-out': { thrown: () => Object.assign(new Error('late'), { code: 'FST_ERR_HANDLER_TIMEOUT' }) },
};

let served: ServedApp | null = null;
afterEach(async () => {
  await served?.close();
  served = null;
});

interface Said {
  readonly status: number;
  readonly code: unknown;
}

async function askInOrder({ ask, pass }: ServedApp, steps: Steps): Promise<Said> {
  let last: Said = { status: 0, code: null };
  for (const [method, path, asking] of steps) {
    if (method === 'PASS') {
      pass(Number(path));
      continue;
    }
    const [admin] = (await ask('GET', '/operator-keys')).json.data;
    const { status, json } = await ask(method, path.replace('THE-ADMIN', admin.id), asking);
    expect(last.status, `before ${path}: ${JSON.stringify(last)}`).toBeLessThan(300);
    last = { status, code: json?.code };
  }
  return last;
}

async function sendBytes({ app }: ServedApp, bytes: string): Promise<Said> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(bytes);
  return readReply(await text(socket));
}

/** What the HTTP parser tells the server after half a minute of silence, or when it gives up. */
async function failToParse({ app }: ServedApp, code: string): Promise<Said> {
  const socket = new PassThrough();
  app.server.emit('clientError', Object.assign(new Error(code), { code }), socket);
  return readReply(await text(socket));
}

/** The last one, where there are several. */
function readReply(reply: string): Said {
  const body = reply.split('\r\n\r\n').at(-1) ?? '';
  const status = [...reply.matchAll(/HTTP\/1\.1 (\d+)/g)].at(-1)?.[1];
  return { status: Number(status), code: (JSON.parse(body) as { code: unknown }).code };
}

async function provoke(cause: Steps | Cause): Promise<Said> {
  let thrown: (() => unknown) | null = null;
  const wrap = (ledger: Ledger): Ledger => ({
    ...ledger,
    change: async (input) => {
      if (thrown !== null) throw thrown();
      return ledger.change(input);
    },
    accountAt: async (...asked) => {
      if (thrown !== null) throw thrown();
      return ledger.accountAt(...asked);
    },
  });
  served = await serveAcme({ wrap });
  if ('bytes' in cause) return sendBytes(served, cause.bytes);
  if ('parserError' in cause) return failToParse(served, cause.parserError);
  if (!('thrown' in cause)) return askInOrder(served, cause);
  thrown = cause.thrown;
  const past = ['GET', '/accounts/acme/balance?at=2026-03-10T12:00:00Z'] as const;
  return askInOrder(served, [cause.asked === 'GET' ? past : debit()]);
}

it.each(Object.entries(CAUSES))('the problem %s comes about', async (code, cause) => {
  expect(await provoke(cause)).toEqual({ status: problems[code as ProblemCode].status, code });
});
