import { afterEach, describe, expect, it } from 'vitest';
import { grantCredits } from '../../../../../test/support/commands.ts';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../../test/support/served-app.ts';

let served: ServedApp;
afterEach(() => served.close());

it('a grant answers with every member as understood', async () => {
  served = await serveAcme();
  const body = {
    pool: 'eur',
    amount: '20.500',
    kind: 'recurring',
    every: 'month',
    rollover: { max: 5 },
    startsAt: '2026-03-01T01:00:00+01:00',
    expiresAt: '2027-03-01T00:00:00Z',
    priority: -3,
    price: { amount: '19.90', currency: 'EUR' },
    source: 'promotion',
    note: 'Spring',
  };
  const first = await served.ask('POST', '/accounts/acme/grants', { body, id: 'g2' });
  expect(first.status).toBe(201);
  expect(first.json).toEqual({
    id: 'g2',
    accountId: 'acme',
    pool: 'eur',
    amount: '20.5',
    kind: 'recurring',
    every: 'month',
    rollover: { max: '5' },
    startsAt: '2026-03-01T00:00:00.000Z',
    expiresAt: '2027-03-01T00:00:00.000Z',
    priority: -3,
    price: { amount: '19.9', currency: 'EUR' },
    source: 'promotion',
    note: 'Spring',
    nextAt: '2026-04-01T00:00:00.000Z',
    balance: { settled: '20.5', held: '0', available: '20.5' },
    version: 3,
    recordedAt: '2026-03-10T12:00:00.000Z',
  });
  await served.ask('POST', '/accounts/acme/debits', { body: { pool: 'eur', amount: 1 } });
  const again = await served.ask('POST', '/accounts/acme/grants', { body, id: 'g2' });
  expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
});

it('grants are listed with what remains of each', async () => {
  served = await serveAcme();
  const { ask } = served;
  const later = { pool: 'standard', amount: 7, kind: 'one-time', startsAt: '2026-04-01T00:00:00Z' };
  await ask('POST', '/accounts/acme/grants', { body: later, id: 'g2' });
  await ask('POST', '/accounts/acme/debits', { body: { pool: 'standard', amount: '0.5' } });
  await ask('POST', '/accounts/acme/holds', { body: { pool: 'standard', amount: 2 } });
  const first = (await ask('GET', '/accounts/acme/grants?limit=1')).json;
  expect(first.data[0]).toMatchObject({ id: 'g1', remaining: '99.5', held: '2', nextAt: null });
  const second = (await ask('GET', `/accounts/acme/grants?after=${first.next}`)).json;
  expect(second.data).toHaveLength(1);
  expect(second.data[0]).toMatchObject({ id: 'g2', remaining: '0', nextAt: '2026-04-01T00:00:00.000Z' });
  expect(second.next).toBeNull();
});

it('a void forfeits what is free, once', async () => {
  served = await serveAcme();
  const { ask } = served;
  await ask('POST', '/accounts/acme/holds', { body: { pool: 'standard', amount: 30 }, id: 'h1' });
  const voided = await ask('POST', '/accounts/acme/grants/g1/void', { id: 'v1' });
  expect([voided.status, voided.json]).toEqual([
    200,
    {
      id: 'v1',
      grantId: 'g1',
      accountId: 'acme',
      pool: 'standard',
      amount: '70',
      lots: [{ grantId: 'g1', amount: '70' }],
      balance: { settled: '30', held: '30', available: '0' },
      version: 4,
      recordedAt: '2026-03-10T12:00:00.000Z',
    },
  ]);
  expect((await ask('POST', '/accounts/acme/grants/g1/void', { id: 'v1' })).text).toBe(voided.text);
  const twice = await ask('POST', '/accounts/acme/grants/g1/void', { id: 'v2' });
  expect([twice.status, twice.json.code]).toEqual([409, 'grant-voided']);
  const none = await ask('POST', '/accounts/acme/grants/nope/void');
  expect([none.status, none.json.code]).toEqual([404, 'grant-not-found']);
  expect((await ask('GET', '/accounts/acme/grants')).json.data[0].voidedAt).toBe('2026-03-10T12:00:00.000Z');
  // What the hold gives back goes to a grant that is void: it expires in an entry of its own.
  const released = await ask('POST', '/accounts/acme/holds/h1/release');
  expect(released.json).toMatchObject({ balance: { settled: '0', held: '0', available: '0' }, version: 6 });
  expect((await ask('GET', '/accounts/acme/balance')).json).toMatchObject({
    version: 6,
    pools: [{ settled: '0' }],
  });
});

it('a one-time grant may say that nothing of it rolls over', async () => {
  served = await serveAcme();
  const body = { pool: 'standard', amount: 1, kind: 'one-time', rollover: 'none' };
  expect((await served.ask('POST', '/accounts/acme/grants', { body })).status).toBe(201);
});

describe('a grant that does not go together', () => {
  const oneTime = { pool: 'standard', amount: 1, kind: 'one-time' };
  it.each([
    ['/every', { ...oneTime, kind: 'recurring' }],
    ['/every', { ...oneTime, every: 'day' }],
    ['/rollover', { ...oneTime, rollover: 'all' }],
    ['/rollover', { ...oneTime, rollover: { max: 0 } }],
    ['/rollover', { ...oneTime, kind: 'recurring', every: 'day', rollover: 'some' }],
    ['/rollover/extra', { ...oneTime, kind: 'recurring', every: 'day', rollover: { max: 1, extra: 1 } }],
    ['/rollover/max', { ...oneTime, kind: 'recurring', every: 'day', rollover: { max: 'x' } }],
    ['/price/currency', { ...oneTime, price: { amount: 1, currency: 'euro' } }],
    ['/price/amount', { ...oneTime, price: { amount: -1, currency: 'EUR' } }],
    ['/priority', { ...oneTime, priority: 1001 }],
    ['/priority', { ...oneTime, priority: 0.5 }],
    ['/note', { ...oneTime, note: 'a\u0000b' }],
    ['/source', { ...oneTime, source: 'gift' }],
    ['/startsAt', { ...oneTime, startsAt: '2026-02-30T00:00:00Z' }],
    ['/expiresAt', { ...oneTime, expiresAt: 'tomorrow' }],
    ['/kind', { pool: 'standard', amount: 1 }],
    ['/kind', { ...oneTime, kind: 'weekly' }],
  ])('is refused at %s: %j', async (pointer, body) => {
    served = await serveAcme();
    const refused = await served.ask('POST', '/accounts/acme/grants', { body });
    expect(refused.status).toBe(422);
    expect(refused.json.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    expect((await served.ask('GET', '/accounts/acme')).json.version).toBe(2);
  });

  it.each([
    ['too-precise', { pool: 'email', amount: '0.5', kind: 'one-time' }],
    ['too-precise', { pool: 'phone', amount: 0.5, kind: 'one-time' }],
    ['too-precise', { pool: 'email', amount: 5, kind: 'recurring', every: 'day', rollover: { max: '0.5' } }],
    ['unknown-pool', { pool: 'gold', amount: 1, kind: 'one-time' }],
    ['amount-not-positive', { ...oneTime, amount: 0 }],
    ['expiry-in-the-past', { ...oneTime, expiresAt: '2026-03-10T11:59:59Z' }],
    [
      'expiry-before-start',
      { ...oneTime, startsAt: '2026-05-01T00:00:00Z', expiresAt: '2026-04-01T00:00:00Z' },
    ],
    ['amount-too-large', { ...oneTime, amount: '9223372036854.775807' }],
  ])('is refused as %s: %j', async (code, body) => {
    served = await serveAcme();
    const refused = await served.ask('POST', '/accounts/acme/grants', { body });
    expect([refused.status, refused.json.code]).toEqual([422, code]);
  });

  it('cannot have the id of the overdraft', async () => {
    served = await serveAcme();
    const refused = await served.ask('POST', '/accounts/acme/grants', { body: oneTime, id: 'overdraft' });
    expect([refused.status, refused.json.code]).toEqual([422, 'reserved-id']);
  });
});

it('a grant that is made while they are listed is listed with all of it, or not yet', async () => {
  let between: (() => Promise<unknown>) | null = null;
  const meanwhile = async () => {
    const run = between;
    between = null;
    await run?.();
  };
  served = await serveAcme({
    wrap: (ledger) => ({
      ...ledger,
      account: async (accountId) => {
        const state = await ledger.account(accountId);
        if (accountId === 'acme') await meanwhile();
        return state;
      },
      entries: async (query) => {
        const found = await ledger.entries(query);
        await meanwhile();
        return found;
      },
    }),
  });
  const { ledger, ask } = served;
  between = async () =>
    ledger.change({ accountId: 'acme', id: 'late', actor: null, command: grantCredits(7n) });
  const { json } = await ask('GET', '/accounts/acme/grants');
  expect(between).toBeNull();
  expect(json.data.map((grant: { remaining: string }) => grant.remaining)).not.toContain('0');
});
