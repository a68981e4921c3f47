import { describe, expect, it } from 'vitest';
import {
  changeAccount,
  CREDIT,
  debitCredits,
  grantCredits,
  grantRecurring,
  openAccount,
  placeHold,
} from '../../../../test/support/commands.ts';
import { openSampleLedger, START_MS } from '../../../../test/support/sample-ledger.ts';
import { createMemoryStore } from '../stores/memory/memory-store.ts';
import type { Store } from './store.ts';

const DAY_MS = 86_400_000;
const OPEN = openAccount();

async function openLedger(store: Store = createMemoryStore()) {
  const sample = await openSampleLedger(store);
  await sample.change('acme', 'open', OPEN);
  await sample.change('acme', 'grant', grantCredits(10n, { expiresAtMs: START_MS + DAY_MS }));
  return { ...sample, store };
}

describe('a read of the ledger', () => {
  it('brings a copy of the account to now, and appends nothing: the version counts stored entries', async () => {
    const { ledger, pass, store } = await openLedger();
    pass(2 * DAY_MS);
    const state = await ledger.account('acme');
    expect(state).toMatchObject({ version: 2, pools: [{ settledMicros: 0n }] });
    expect(await store.entries({ accountId: 'acme', afterVersion: 0, limit: 10 })).toHaveLength(2);
    expect(await store.account('acme')).toMatchObject({ pools: [{ settledMicros: 10n * CREDIT }] });
  });

  it('of a moment shows what was recorded by then, and what time had done by then', async () => {
    const { ledger, pass, change } = await openLedger();
    await change('acme', 'plan', grantRecurring(5n, { every: 'day', rollover: 'all' }));
    pass(DAY_MS / 2);
    await change('acme', 'debit', debitCredits(3n));
    pass(5 * DAY_MS);
    const settledAt = async (atMs: number) => (await ledger.accountAt('acme', atMs))?.pools[0]?.settledMicros;
    expect(await settledAt(START_MS - 1)).toBeUndefined();
    expect(await settledAt(START_MS)).toBe(15n * CREDIT);
    expect(await settledAt(START_MS + DAY_MS / 2)).toBe(12n * CREDIT);
    // The grant ends, the plan gives its next lot.
    expect(await settledAt(START_MS + DAY_MS)).toBe(10n * CREDIT);
  });

  it('knows the rate cards, the owner of a key and the usage', async () => {
    const { ledger, change } = await openLedger();
    const key = { kind: 'AddKey', keyId: 'k', digest: 'd', role: null } as const;
    await change('acme', 'key', key);
    await change('acme', 'debit', debitCredits(3n));
    expect((await ledger.rateCards()).map(({ version }) => version)).toEqual([1]);
    expect(await ledger.keyOwner('d')).toBe('acme');
    expect(await ledger.usage('acme', { fromMs: 0, toMs: START_MS + DAY_MS })).toMatchObject([
      { usedMicros: 3n * CREDIT, calls: 1 },
    ]);
    expect(await ledger.accountIds({ after: null, limit: 5 })).toEqual(['acme']);
    expect(await ledger.account('nobody')).toBeNull();
  });
});

describe('a change of the ledger', () => {
  it('makes one entry, and its reply carries the account’s version', async () => {
    const { change } = await openLedger();
    const versions: number[] = [];
    for (const [id, command] of Object.entries({
      a: debitCredits(1n),
      b: placeHold(1n),
      c: grantCredits(1n),
    })) {
      const outcome = await change('acme', id, command);
      if (outcome.ok) versions.push(outcome.entry.version);
    }
    expect(versions).toEqual([3, 4, 5]);
  });

  it('of two accounts at once is decided by each one’s own balance', async () => {
    const { change, available } = await openLedger();
    await change('other', 'open', OPEN);
    const outcomes = await Promise.all(
      ['acme', 'other'].map((accountId) => change(accountId, 'debit', debitCredits(10n))),
    );
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false]);
    expect(await available('acme')).toBe(0n);
  });

  it('that failed is neither yes nor no: the same id afterwards finds out', async () => {
    const memory = createMemoryStore();
    let isFailing = false;
    // Writes, and then does not say so.
    const store: Store = {
      ...memory,
      transact: async (requests, decide) => {
        const settled = await memory.transact(requests, decide);
        if (isFailing) throw new Error('no answer from the disk');
        return settled;
      },
    };
    const { change, available } = await openLedger(store);
    isFailing = true;
    await expect(change('acme', 'debit', debitCredits(4n))).rejects.toThrow('no answer');
    isFailing = false;
    expect(await change('acme', 'debit', debitCredits(4n))).toMatchObject({ ok: true, replayed: true });
    expect(await available('acme')).toBe(6n * CREDIT);
  });
});

describe('an account’s name and metadata', () => {
  it('are those that were set last, each by itself', async () => {
    const { ledger } = await openLedger();
    const profile = async () => {
      const state = await ledger.account('zoe');
      return state === null ? null : ledger.profile(state);
    };
    const set = async (
      id: string,
      personal: { name?: string | null; metadata?: Record<string, unknown> | null },
    ) => {
      const sets = { setsName: 'name' in personal, setsMetadata: 'metadata' in personal };
      const command = id === 'open' ? openAccount(sets) : changeAccount(sets);
      expect(await ledger.change({ accountId: 'zoe', id, command, actor: null, ...personal })).toMatchObject({
        ok: true,
      });
      return profile();
    };
    expect(await set('open', {})).toEqual({ name: null, metadata: null });
    expect(await set('named', { name: 'Zoë' })).toEqual({ name: 'Zoë', metadata: null });
    expect(await set('described', { metadata: { a: 1 } })).toEqual({ name: 'Zoë', metadata: { a: 1 } });
    expect(await set('both', { name: 'Z', metadata: { b: 2 } })).toEqual({ name: 'Z', metadata: { b: 2 } });
    expect(await set('unnamed', { name: null })).toEqual({ name: null, metadata: { b: 2 } });
  });
});

describe('closing a ledger', () => {
  it('answers what it has taken, and then takes nothing more', async () => {
    const { ledger, change } = await openLedger();
    const taken = change('acme', 'debit', debitCredits(1n));
    const closed = ledger.close();
    await expect(change('acme', 'late', debitCredits(1n))).rejects.toMatchObject({ code: 'closing' });
    expect(await taken).toMatchObject({ ok: true });
    await closed;
  });
});
