import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Command } from '../packages/scrip/src/core/command.ts';
import { decodeEntry } from '../packages/scrip/src/core/entry-format.ts';
import type { ChangeOutcome } from '../packages/scrip/src/ledger/decide-request.ts';
import { createEntryRows } from '../packages/scrip/src/stores/sqlite/entry-rows.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import type { SampleLedger } from './support/sample-ledger.ts';
import { debit, grant, OPEN, openSampleLedger, START_MS } from './support/sample-ledger.ts';

const ACCOUNTS = 40;
/** Of one round: as many as stand in several commits. */
const CHANGES = 4000;
const accountOf = (at: number) => `account-${at % ACCOUNTS}`;

let directory: string;
let sample: SampleLedger;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-same-id-'));
  sample = await open();
  for (let at = 0; at < ACCOUNTS; at += 1) {
    await sample.change(accountOf(at), 'open', OPEN);
    await sample.change(accountOf(at), 'pack', grant(1_000_000n));
  }
});
afterEach(async () => {
  await sample.ledger.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Sizes that make an id leave memory after a few thousand others. */
async function open(): Promise<SampleLedger> {
  const sizes = { batchEntries: 512, mergeRatio: 4, finishedEntries: 4096, maxLagEntries: 2000 };
  return openSampleLedger(
    await openSqliteStore({ directory, idsKeptMs: 86_400_000, now: () => START_MS, sizes }),
  );
}

/** Sends all of them at once. */
const sendAll = (ids: readonly string[]) =>
  Promise.all(ids.map((id, at) => sample.change(accountOf(at), id, debit(1n))));

const madeOf = (outcomes: readonly ChangeOutcome[]) =>
  outcomes.map((outcome) => (outcome.ok ? [outcome.entry.accountId, outcome.entry.version] : outcome));
const isReplay = (outcome: ChangeOutcome) => outcome.ok && outcome.replayed;

/** How often each id stands in the journal, by account. */
function recordedIds(): Map<string, number> {
  const times = new Map<string, number>();
  const journal = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
  for (const row of createEntryRows(journal, 'main').each({ after: 0, upTo: Infinity })) {
    const { accountId, change } = decodeEntry(row);
    const key = `${accountId} ${change?.id}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  journal.close();
  return times;
}

it('a random id makes one change: twice in a commit, again in later ones, when it has left memory, after a restart', async () => {
  const ids = Array.from({ length: CHANGES }, () => randomUUID());
  // Each id and its double go into the same commit.
  const [firsts, doubles] = await Promise.all([sendAll(ids), sendAll(ids)]);
  expect(firsts.some(isReplay)).toBe(false);
  expect(doubles.every(isReplay)).toBe(true);
  const made = madeOf(firsts);
  expect(madeOf(doubles)).toEqual(made);

  // Others drive them out of memory while they are sent again and again.
  for (let round = 0; round < 3; round += 1) {
    const others = Array.from({ length: CHANGES }, () => randomUUID());
    const [again, fresh] = await Promise.all([sendAll(ids), sendAll(others)]);
    expect(again.every(isReplay)).toBe(true);
    expect(madeOf(again)).toEqual(made);
    expect(fresh.some(isReplay)).toBe(false);
  }

  await sample.ledger.close();
  sample = await open();
  const after = await sendAll(ids);
  expect(after.every(isReplay)).toBe(true);
  expect(madeOf(after)).toEqual(made);

  const times = recordedIds();
  expect(times.size).toBeGreaterThan(4 * CHANGES);
  expect([...times].filter(([, count]) => count !== 1)).toEqual([]);
}, 300_000);

it('the same id is another change in another account, and another command under it is refused everywhere', async () => {
  const id = randomUUID();
  const outcomes = await Promise.all(
    Array.from({ length: ACCOUNTS }, (_, at) => sample.change(accountOf(at), id, debit(1n))),
  );
  expect(outcomes.some(isReplay)).toBe(false);
  await sendAll(Array.from({ length: 3 * CHANGES }, () => randomUUID()));
  const others = await Promise.all(
    Array.from({ length: ACCOUNTS }, (_, at) => sample.change(accountOf(at), id, debit(2n))),
  );
  expect(others).toEqual(others.map(() => ({ ok: false, rejection: { code: 'idempotency-mismatch' } })));
}, 120_000);

it('an id is kept for its time also where time’s own entries, of long before, stand after it', async () => {
  await sample.ledger.close();
  const accounts = Array.from({ length: 120 }, (_, at) => `idle-${at}`);
  let nowMs = START_MS;
  // Each segment is finished at once, and many end with an entry of ten days before.
  const sizes = { batchEntries: 16, mergeRatio: 4, finishedEntries: 16 };
  sample = await openSampleLedger(
    await openSqliteStore({ directory, idsKeptMs: 86_400_000, now: () => nowMs, sizes }),
  );
  const all = (id: string, command: Command) =>
    Promise.all(accounts.map((accountId) => sample.change(accountId, id, command)));
  await all('open', OPEN);
  // Of different numbers of lots that end, so that segments end with whatever comes.
  for (const [at, accountId] of accounts.entries())
    for (let lot = 0; lot < at % 4; lot += 1)
      await sample.change(accountId, `short-${lot}`, grant(5n, { expiresAtMs: START_MS + 60_000 }));
  await all('long', grant(5n));
  sample.pass(10 * 86_400_000);
  nowMs += 10 * 86_400_000;
  const made = madeOf(await all('debit', debit(1n)));
  await vi.waitFor(() => expect(sample.ledger.health().lagEntries).toBe(0), { timeout: 10_000 });
  const again = await all('debit', debit(1n));
  expect(again.every(isReplay)).toBe(true);
  expect(madeOf(again)).toEqual(made);
});
