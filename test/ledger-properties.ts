import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RATE_CARD_STREAM } from '../packages/scrip/src/core/account.ts';
import type { Command } from '../packages/scrip/src/core/command.ts';
import { encode, encodeEntry } from '../packages/scrip/src/core/entry-format.ts';
import { sumUsage, usageOf } from '../packages/scrip/src/core/usage.ts';
import type { ChangeOutcome } from '../packages/scrip/src/ledger/decide-request.ts';
import { CHAIN_START, chainHash } from '../packages/scrip/src/ledger/digest.ts';
import type { Ledger } from '../packages/scrip/src/ledger/ledger.ts';
import type { Store } from '../packages/scrip/src/ledger/store.ts';
import { createLedger } from '../packages/scrip/src/ledger/ledger.ts';
import type { OpenedStore } from './store-contract/store-under-test.ts';
import { CARD, HOUR_MS, START_MS } from './support/account-scenario.ts';
import { withHoldsListed } from './support/check-account.ts';
import { createJournalCheck } from './support/check-journal.ts';
import { grantCredits, openAccount } from './support/commands.ts';
import type { RandomCall } from './support/random-commands.ts';
import { randomCall } from './support/random-commands.ts';

interface Call extends RandomCall {
  readonly account: number;
  /** The same call, made so many times at the same moment. */
  readonly times: number;
}

interface Made {
  readonly accountId: string;
  readonly id: string;
  readonly command: Command;
  readonly outcome: ChangeOutcome;
}

const call: fc.Arbitrary<Call> = fc
  .tuple(randomCall, fc.nat({ max: 1 }), fc.constantFrom(1, 1, 1, 2, 3))
  .map(([one, account, times]) => ({ ...one, account, times }));
const rounds = fc.array(
  fc.record({
    hours: fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 20 })),
    calls: fc.array(call, { minLength: 3, maxLength: 30, size: 'max' }),
  }),
  { minLength: 3, maxLength: 8, size: 'max' },
);

async function entriesOf(ledger: Ledger, accountId: string) {
  return ledger.entries({ accountId, afterVersion: 0, limit: 100_000 });
}

/** The journal keeps every rule, its chain holds, and the account is what its journal makes it. */
async function checkJournal(ledger: Ledger, store: Store, accountId: string): Promise<void> {
  const journal = createJournalCheck(CARD);
  let chain = CHAIN_START;
  for (const { entry, hash } of await entriesOf(ledger, accountId)) {
    journal.add(entry);
    chain = chainHash(chain, { accountId, version: entry.version, body: encodeEntry(entry) });
    expect(hash).toBe(chain);
  }
  journal.end();
  expect(withHoldsListed(await store.account(accountId))).toEqual(withHoldsListed(journal.state()));
}

/** Each id is one change: accepted once and then always with the first outcome, and in the journal as it was told. */
async function checkOutcomes(ledger: Ledger, accountId: string, made: readonly Made[]): Promise<void> {
  const entries = await entriesOf(ledger, accountId);
  const changed = entries.flatMap(({ entry }) => (entry.change === null ? [] : [entry.change.id]));
  const accepted = made.filter(({ outcome }) => outcome.ok).map((one) => one.id);
  expect(changed.toSorted()).toEqual([...new Set(accepted)].toSorted());
  for (const id of new Set(made.map((one) => one.id))) {
    const all = made.filter((one) => one.id === id);
    const told = all.flatMap(({ outcome, command }) => (outcome.ok ? [{ outcome, command }] : []));
    const first = told.find(({ outcome }) => !outcome.replayed);
    expect(told.filter(({ outcome }) => !outcome.replayed)).toHaveLength(told.length > 0 ? 1 : 0);
    if (first === undefined) continue;
    const recorded = entries[first.outcome.entry.version - 1];
    expect(recorded?.entry).toEqual(first.outcome.entry);
    expect((await ledger.findChange(accountId, id))?.recorded.entry).toEqual(first.outcome.entry);
    for (const { outcome, command } of told) {
      expect(encode(command)).toBe(encode(first.command));
      expect(outcome.entry).toEqual(first.outcome.entry);
    }
  }
  for (const { outcome, id, command } of made)
    if (!outcome.ok && outcome.rejection.code === 'idempotency-mismatch')
      expect(
        made.some((one) => one.id === id && one.outcome.ok && encode(one.command) !== encode(command)),
      ).toBe(true);
}

async function checkUsage(ledger: Ledger, accountId: string): Promise<void> {
  const ever = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
  const keyOf = (change: { slotMs: number; pool: string; action: string | null }) =>
    `${change.slotMs} ${change.pool} ${change.action}`;
  const changes = (await entriesOf(ledger, accountId)).map(({ entry }) => usageOf(entry));
  const expected = sumUsage(
    changes.filter((change) => change !== null),
    keyOf,
  );
  expect(sumUsage(await ledger.usage(accountId, ever), keyOf)).toEqual(expected);
}

/** Random changes by many callers at once, over few accounts and few ids, and what must be true of what they left. */
export function describeLedgerProperties(
  name: string,
  open: () => Promise<OpenedStore>,
  { runs = 60 }: { readonly runs?: number } = {},
): void {
  describe(`a ledger in ${name}, with many callers at once`, () => {
    let opened: OpenedStore;
    let ledger: Ledger;
    let nowMs = START_MS;
    let lastId = 0;
    let run = 0;

    beforeAll(async () => {
      opened = await open();
      const next = () => `id-${(lastId += 1)}`;
      ledger = createLedger({ store: opened.store, clock: { now: () => nowMs }, ids: { next, salt: next } });
      const { pools, actions } = CARD;
      for (const command of [openAccount(), { kind: 'PublishRateCard', pools, actions } as const])
        await ledger.change({ accountId: RATE_CARD_STREAM, id: command.kind, command, actor: null });
    });
    afterAll(async () => {
      await ledger.close();
      await opened.remove?.();
    });

    async function make(calls: readonly (Omit<Made, 'outcome'> & { times: number })[]): Promise<Made[]> {
      return Promise.all(
        calls.flatMap(({ times, ...call }) =>
          Array.from({ length: times }, async () => ({
            ...call,
            outcome: await ledger.change({ ...call, actor: null }),
          })),
        ),
      );
    }

    it('keeps every rule of credits, and makes each id’s change once', async () => {
      await fc.assert(
        fc.asyncProperty(rounds, async (rounds) => {
          run += 1;
          nowMs = START_MS;
          const accounts = [`run-${run}-a`, `run-${run}-b`] as const;
          const opening = [
            { id: 'open', command: openAccount(), times: 2 },
            { id: 'grant-0', command: grantCredits(30n), times: 2 },
          ];
          const made = await make(
            accounts.flatMap((accountId) => opening.map((one) => ({ accountId, ...one }))),
          );
          for (const { hours, calls } of rounds) {
            nowMs += hours * HOUR_MS;
            const asked = calls.map(({ account, id, commandAt, times }) => {
              const accountId = account === 0 ? accounts[0] : accounts[1];
              return { accountId, id, command: commandAt(nowMs), times };
            });
            made.push(...(await make(asked)));
          }
          for (const accountId of accounts) {
            await checkJournal(ledger, opened.store, accountId);
            await checkOutcomes(
              ledger,
              accountId,
              made.filter((one) => one.accountId === accountId),
            );
            await checkUsage(ledger, accountId);
          }
        }),
        { numRuns: runs },
      );
      expect(run).toBe(runs);
    });
  });
}
