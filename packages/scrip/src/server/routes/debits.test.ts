import { afterEach, describe, expect, it } from 'vitest';
import type { ServedApp } from '../../../../../test/support/served-app.ts';
import { serveAcme } from '../../../../../test/support/served-app.ts';

let served: ServedApp;
afterEach(() => served.close());

const DEBITS = '/accounts/acme/debits';

describe('a debit', () => {
  it('is priced by the rate card, and answers with its lots, the balance and the version', async () => {
    served = await serveAcme();
    const debit = await served.ask('POST', DEBITS, {
      body: { action: 'voice_call', quantity: 61, occurredAt: '2026-03-09T23:30:00+01:00' },
      id: 'd1',
    });
    expect(debit.status).toBe(201);
    expect(debit.json).toEqual({
      id: 'd1',
      accountId: 'acme',
      pool: 'standard',
      amount: '6',
      action: 'voice_call',
      quantity: '61',
      rateCardVersion: 1,
      lots: [{ grantId: 'g1', amount: '6' }],
      balance: { settled: '94', held: '0', available: '94' },
      version: 3,
      occurredAt: '2026-03-09T22:30:00.000Z',
      recordedAt: '2026-03-10T12:00:00.000Z',
    });
  });

  it('of a plain amount has no action', async () => {
    served = await serveAcme();
    const { json } = await served.ask('POST', DEBITS, { body: { pool: 'standard', amount: '0.000001' } });
    expect(json).toMatchObject({ amount: '0.000001', action: null, quantity: null, rateCardVersion: null });
    expect(json.balance.settled).toBe('99.999999');
  });

  it('of a free action takes 0', async () => {
    served = await serveAcme();
    const { status, json } = await served.ask('POST', DEBITS, {
      body: { action: 'ai_processing', quantity: 3 },
    });
    expect([status, json.amount, json.lots]).toEqual([201, '0', []]);
  });

  it('is replayed byte for byte, whatever the order of its members and whatever happened since', async () => {
    served = await serveAcme();
    const first = await served.ask('POST', DEBITS, {
      body: { action: 'sms', quantity: 2, metadata: { a: 1, b: { c: 2 } } },
      id: 'd1',
    });
    await served.ask('POST', DEBITS, { body: { action: 'sms', quantity: 1 } });
    const again = await served.ask('POST', DEBITS, {
      text: '{ "metadata": {"b":{"c":2},"a":1}, "quantity": "2.0", "action": "sms" }',
      headers: { 'idempotency-key': '"d1"' },
    });
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    for (const body of [
      { action: 'sms', quantity: 3, metadata: { a: 1, b: { c: 2 } } },
      { action: 'sms', quantity: 2, metadata: { a: 2 } },
      { action: 'sms', quantity: 2 },
    ]) {
      const other = await served.ask('POST', DEBITS, { body, id: 'd1' });
      expect([other.status, other.json.code]).toEqual([422, 'idempotency-mismatch']);
    }
    const hold = await served.ask('POST', '/accounts/acme/holds', {
      body: { action: 'sms', quantity: 2 },
      id: 'd1',
    });
    expect([hold.status, hold.json.code]).toEqual([422, 'idempotency-mismatch']);
    expect((await served.ask('GET', '/accounts/acme')).json.version).toBe(4);
  });

  it('that was refused can be tried again with the same id', async () => {
    served = await serveAcme();
    const body = { pool: 'standard', amount: 101 };
    const refused = await served.ask('POST', DEBITS, { body, id: 'd1' });
    expect([refused.status, refused.headers['content-type']]).toEqual([402, 'application/problem+json']);
    expect(refused.json).toMatchObject({
      type: '/problems/insufficient-credits',
      status: 402,
      code: 'insufficient-credits',
      pool: 'standard',
      required: '101',
      available: '100',
      settled: '100',
      held: '0',
      reason: 'balance',
    });
    await served.ask('POST', '/accounts/acme/grants', {
      body: { pool: 'standard', amount: 1, kind: 'one-time' },
    });
    expect((await served.ask('POST', DEBITS, { body, id: 'd1' })).status).toBe(201);
  });

  it('is told when holds stand in its way', async () => {
    served = await serveAcme();
    await served.ask('POST', '/accounts/acme/holds', { body: { pool: 'standard', amount: 60 } });
    const { json } = await served.ask('POST', DEBITS, { body: { pool: 'standard', amount: 50 } });
    expect(json).toMatchObject({ available: '40', settled: '100', held: '60', reason: 'holds' });
  });
});

describe('an exact number', () => {
  it.each([
    ['1e1', '10'],
    ['0.1', '0.1'],
    ['0.10000000000000000000', '0.1'],
    ['"0.100"', '0.1'],
    ['12.3456780e0', '12.345678'],
    ['1.2345671234567e1', undefined],
    ['0.1234567', undefined],
    ['1e-6', '0.000001'],
    ['1e-7', undefined],
    ['99.9999999999999999', undefined],
  ])('%s is taken for %s', async (token, amount) => {
    served = await serveAcme();
    const reply = await served.ask('POST', DEBITS, { text: `{"pool":"standard","amount":${token}}` });
    expect(reply.status).toBe(amount === undefined ? 422 : 201);
    if (amount !== undefined) expect(reply.json.amount).toBe(amount);
    else expect(reply.json.errors[0].pointer).toBe('/amount');
  });

  it('beyond what a double holds keeps all its digits', async () => {
    served = await serveAcme();
    const { json } = await served.ask('POST', '/accounts/acme/grants', {
      text: '{"pool":"standard","kind":"one-time","amount":9007199254.740993}',
    });
    expect(json.amount).toBe('9007199254.740993');
    const large = await served.ask('POST', DEBITS, { text: '{"pool":"standard","amount":9007199254740993}' });
    expect([large.status, large.json.errors[0].pointer]).toEqual([422, '/amount']);
  });

  it('in metadata is one that a double keeps: under one id, two that it reads alike would be one debit', async () => {
    served = await serveAcme();
    const { ask } = served;
    const debit = (order: string) =>
      ask('POST', DEBITS, { text: `{"pool":"standard","amount":1,"metadata":{"order":${order}}}`, id: 'd1' });
    const refused = await debit('1234567890123456789');
    expect([refused.status, refused.json.errors[0].pointer]).toEqual([422, '/metadata']);
    expect((await debit('"1234567890123456789"')).status).toBe(201);
    expect((await debit('"1234567890123456790"')).json.code).toBe('idempotency-mismatch');
  });
});

describe('a refund', () => {
  it('gives back to the lots of its debit, at most what is left', async () => {
    served = await serveAcme();
    const { ask } = served;
    await ask('POST', DEBITS, { body: { pool: 'standard', amount: 10 }, id: 'd1' });
    const part = await ask('POST', `${DEBITS}/d1/refund`, { body: { amount: '2.5' }, id: 'r1' });
    expect([part.status, part.json]).toEqual([
      201,
      {
        id: 'r1',
        debitId: 'd1',
        accountId: 'acme',
        pool: 'standard',
        amount: '2.5',
        refunded: '2.5',
        lots: [{ grantId: 'g1', amount: '2.5' }],
        balance: { settled: '92.5', held: '0', available: '92.5' },
        version: 4,
        recordedAt: '2026-03-10T12:00:00.000Z',
      },
    ]);
    const rest = await ask('POST', `${DEBITS}/d1/refund`, { id: 'r2' });
    expect(rest.json).toMatchObject({ amount: '7.5', refunded: '10' });
    const more = await ask('POST', `${DEBITS}/d1/refund`, { body: { amount: 1 } });
    expect([more.status, more.json.code, more.json.refundable]).toEqual([409, 'refund-exceeds-debit', '0']);
    const again = await ask('POST', `${DEBITS}/d1/refund`, { body: { amount: 2.5 }, id: 'r1' });
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([part.text, 'true']);
    const none = await ask('POST', `${DEBITS}/nope/refund`);
    expect([none.status, none.json.code]).toEqual([404, 'debit-not-found']);
  });

  it('to a lot that has expired leaves nothing, and counts the expiry in its version', async () => {
    served = await serveAcme();
    const { ask } = served;
    const body = { pool: 'standard', amount: 10, kind: 'one-time', expiresAt: '2026-03-11T00:00:00Z' };
    await ask('POST', '/accounts/acme/grants', { body, id: 'g2' });
    await ask('POST', DEBITS, { body: { pool: 'standard', amount: 12 }, id: 'd1' });
    served.pass(86_400_000);
    const refund = await ask('POST', `${DEBITS}/d1/refund`, { id: 'r1' });
    expect(refund.json).toMatchObject({
      amount: '12',
      lots: [
        { grantId: 'g1', amount: '2' },
        { grantId: 'g2', amount: '10' },
      ],
      balance: { settled: '100', held: '0', available: '100' },
      version: 6,
    });
    const { json } = await ask('GET', '/accounts/acme/balance');
    expect(json).toMatchObject({ version: 6, pools: [{ settled: '100' }] });
    const kinds = (await ask('GET', '/accounts/acme/entries')).json.data.map(
      ({ kind }: { kind: string }) => kind,
    );
    expect(kinds.slice(-2)).toEqual(['debit-refunded', 'lot-expired']);
    expect((await ask('POST', `${DEBITS}/d1/refund`, { id: 'r1' })).text).toBe(refund.text);
  });
});

describe('an explained debit', () => {
  it('shows the price it was charged by, and its refunds', async () => {
    served = await serveAcme();
    const { ask } = served;
    const debit = await ask('POST', DEBITS, {
      body: { action: 'voice_call', quantity: 61, metadata: { a: 1 } },
      id: 'd1',
    });
    await ask('PUT', '/rate-card', { body: { actions: { voice_call: { pool: 'standard', amount: 9 } } } });
    await ask('POST', `${DEBITS}/d1/refund`, { body: { amount: 1 }, id: 'r1' });
    const { json } = await ask('GET', `${DEBITS}/d1`);
    expect(json).toEqual({
      ...debit.json,
      metadata: { a: 1 },
      explanation: {
        price: {
          pool: 'standard',
          amount: '3',
          per: '60',
          unit: 'second',
          rounding: 'started',
          minimum: '0',
        },
        decimals: 6,
        text: 'A quantity of 61 (second) is 2 started times 60, at 3 each: 6 of standard, by version 1 of the rate card, rounded half up to 6 decimals.',
      },
      refunded: '1',
      lastRefund: { id: 'r1', amount: '1', recordedAt: '2026-03-10T12:00:00.000Z' },
    });
  });

  it('is found by any id that a change can have, percent-encoded once', async () => {
    served = await serveAcme();
    const id = String.raw`a/b?c#d%2Fe "f"\ ;:@&=+$,~` + '%';
    await served.ask('POST', DEBITS, { body: { pool: 'standard', amount: 1 }, id });
    const { status, json } = await served.ask('GET', `${DEBITS}/${encodeURIComponent(id)}`);
    expect([status, json.id]).toEqual([200, id]);
    const long = '/'.repeat(255);
    await served.ask('POST', DEBITS, { body: { pool: 'standard', amount: 1 }, id: long });
    expect((await served.ask('GET', `${DEBITS}/${encodeURIComponent(long)}`)).json.id).toBe(long);
  });

  it('is not a grant, nor a debit of another account', async () => {
    served = await serveAcme();
    await served.ask('POST', '/accounts', { body: { id: 'other' } });
    for (const path of [`${DEBITS}/g1`, '/accounts/other/debits/g1'])
      expect((await served.ask('GET', path)).json.code).toBe('debit-not-found');
    expect((await served.ask('GET', '/accounts/nobody/debits/g1')).json.code).toBe('account-not-found');
  });
});
