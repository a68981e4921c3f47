import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { prepareFiles } from '../packages/scrip/src/stores/sqlite/prepare-files.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import { grantCredits } from './support/commands.ts';
import { openSampleLedger } from './support/sample-ledger.ts';
import type { ServedApp } from './support/served-app.ts';
import { serveApp } from './support/served-app.ts';

const HOUR_MS = 3_600_000;
/** Each segment is finished at once. */
const SIZES = { batchEntries: 16, mergeRatio: 4, finishedEntries: 1 };

let directory: string;
let nowMs = Date.parse('2026-03-10T12:00:00.000Z');
let served: ServedApp;
let isOpen = false;
let fillers = 0;

const open = () => openSqliteStore({ directory, idsKeptMs: 24 * HOUR_MS, now: () => nowMs, sizes: SIZES });

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-forgotten-'));
  fixSeed();
  served = await serveApp({ store: await open() });
  isOpen = true;
  for (const id of ['filler', 'acme']) await post('', undefined, { id });
  await post('/filler/grants', 'pack', { pool: 'standard', amount: 1000, kind: 'one-time' });
});
afterEach(async () => {
  if (isOpen) await served.close();
  rmSync(directory, { recursive: true, force: true });
});

/**
 * Whether a segment may hold an id is a guess. Of one with an entry or two it is wrong some three times in a thousand, and
 * then the id is kept for longer; with this seed it is right about the ids here.
 */
function fixSeed(): void {
  const files = { journal: join(directory, 'journal.db'), derived: join(directory, 'derived.db') };
  prepareFiles(files);
  const derived = new DatabaseSync(files.derived);
  derived.exec('UPDATE progress SET seed = 2');
  derived.close();
}

const post = (path: string, id?: string, body?: unknown) =>
  served.ask('POST', `/accounts${path}`, {
    ...(id === undefined ? {} : { id }),
    ...(body === undefined ? {} : { body }),
  });
const grant = (id: string, amount: number, terms: object = { kind: 'one-time' }) =>
  post('/acme/grants', id, { pool: 'standard', amount, ...terms });
const debit = (id: string, amount: number) => post('/acme/debits', id, { pool: 'standard', amount });
const hold = (id: string, amount: number) =>
  post('/acme/holds', id, { pool: 'standard', amount, ttlSeconds: 86_400 });

/** Time goes by, and other changes are made, before which no id is forgotten. */
async function pass(hours: number): Promise<void> {
  await untilDerived();
  setClock(hours);
  const others = Array.from({ length: 20 }, () => `filler-${(fillers += 1)}`);
  await Promise.all(others.map((id) => post('/filler/debits', id, { pool: 'standard', amount: 1 / 64 })));
  await untilDerived();
}

/** Sets the clock forward, or back. */
function setClock(hours: number): void {
  served.pass(hours * HOUR_MS);
  nowMs += hours * HOUR_MS;
}

const untilDerived = () =>
  vi.waitFor(() => expect(served.ledger.health().lagEntries).toBe(0), { timeout: 10_000 });

describe('an id that was forgotten', () => {
  it('is a debit’s once more', async () => {
    await grant('pack', 10);
    await debit('x', 1);
    await pass(25);
    expect((await debit('x', 2)).status).toBe(201);
  });

  it('of a debit that was refunded says nothing of the refund when it is another debit’s', async () => {
    await grant('pack', 10);
    await debit('x', 1);
    await post('/acme/debits/x/refund', 'back', {});
    await pass(25);
    expect((await debit('x', 2)).status).toBe(201);
    const { json } = await served.ask('GET', '/accounts/acme/debits/x');
    expect([json.amount, json.refunded, json.lastRefund]).toEqual(['2', '0', null]);
  });

  it('of an account whose time stands still is no flaw of the journal when it is used anew', async () => {
    await grant('pack', 10);
    setClock(240);
    await debit('x', 1);
    setClock(-240);
    expect((await debit('x', 2)).status).toBe(422);
    await pass(25);
    await pass(25);
    expect((await debit('x', 2)).status).toBe(201);
    await served.close();
    isOpen = false;
    const found = await verifyDirectory({ directory, keptAnchor: null, threads: 1, onProgress: () => {} });
    expect([found.journalFlaw, found.projectionFlaws]).toEqual([null, []]);
  });

  it('of a grant is no other grant’s, also where it is used up', async () => {
    const first = await grant('x', 10);
    await debit('all', 10);
    await pass(25);
    expect(await grant('x', 50)).toMatchObject({ status: 422, json: { code: 'idempotency-mismatch' } });
    const again = await grant('x', 10);
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    expect((await grant('y', 50)).status).toBe(201);
  });

  it.each([
    ['credits left', { kind: 'one-time' }],
    ['periods to come', { kind: 'recurring', every: 'month' }],
  ])('of a grant that has %s is no other grant’s', async (_what, terms) => {
    await grant('x', 10, terms);
    await pass(25);
    expect(await grant('x', 50, terms)).toMatchObject({
      status: 422,
      json: { code: 'idempotency-mismatch' },
    });
  });

  it('of a grant is no other grant’s after a restart either', async () => {
    await grant('x', 10);
    await debit('all', 10);
    await pass(25);
    await served.close();
    isOpen = false;
    const { change, ledger } = await openSampleLedger(await open());
    expect(await change('acme', 'x', grantCredits(50n))).toMatchObject({
      rejection: { code: 'idempotency-mismatch' },
    });
    expect(await change('acme', 'y', grantCredits(50n))).toMatchObject({ ok: true });
    await ledger.close();
  });

  describe('and names what a refund gave back', () => {
    /** Its overdraft has been repaid, so that it makes a lot. */
    const refund = async (id: string, debitId: string) => {
      await post('/acme/grants', `repays-${debitId}`, { pool: 'standard', amount: 5, kind: 'one-time' });
      return post(`/acme/debits/${debitId}/refund`, id, {});
    };
    beforeEach(async () => {
      await served.ask('PATCH', '/accounts/acme', { body: { overdraft: { standard: 10 } } });
      await debit('drawn', 5);
    });

    it('is no grant’s, whose void would take both', async () => {
      const first = await refund('x', 'drawn');
      expect(first.status).toBe(201);
      await pass(25);
      expect(await grant('x', 7)).toMatchObject({ status: 422, json: { code: 'idempotency-mismatch' } });
      expect((await post('/acme/debits/drawn/refund', 'x', {})).text).toBe(first.text);
    });

    it('is no refund’s where a grant bears it', async () => {
      await grant('x', 3);
      await pass(25);
      expect(await refund('x', 'drawn')).toMatchObject({
        status: 422,
        json: { code: 'idempotency-mismatch' },
      });
      expect((await refund('y', 'drawn')).status).toBe(201);
    });
  });

  it('of a grant names it on, where a debit bears it too', async () => {
    await grant('x', 10, { kind: 'recurring', every: 'month' });
    await pass(25);
    expect((await debit('x', 1)).status).toBe(201);
    expect(await post('/acme/debits/x/refund', 'back')).toMatchObject({ status: 201, json: { amount: '1' } });
    expect((await post('/acme/grants/x/void', 'void')).status).toBe(200);
  });

  it.each([
    ['hold', () => hold('h', 7)],
    ['debit', () => debit('h', 7)],
  ])('of a hold may be another %s’s, and its release is told again as it was', async (_kind, useAnew) => {
    await grant('pack', 100);
    await hold('h', 3);
    await pass(23);
    const released = await post('/acme/holds/h/release', 'release');
    await pass(2);
    await pass(2);
    expect((await useAnew()).status).toBe(201);
    const again = await post('/acme/holds/h/release', 'release');
    expect([again.status, again.text]).toEqual([200, released.text]);
  });

  it('of a hold is listed with each of those that bore it', async () => {
    await grant('pack', 100);
    await hold('h', 3);
    await post('/acme/holds/h/capture', 'capture', {});
    await pass(25);
    expect((await hold('h', 7)).status).toBe(201);
    const { json } = await served.ask('GET', '/accounts/acme/holds');
    expect(json.data.map(({ amount, state }: Record<string, string>) => [amount, state])).toEqual([
      ['3', 'captured'],
      ['7', 'open'],
    ]);
  });
});
