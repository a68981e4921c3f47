import { strictEqual } from 'node:assert/strict';
import type { AccountState } from '../../packages/scrip/src/core/account.ts';
import type { Facts } from '../../packages/scrip/src/core/decision.ts';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import { isChange, referenceOf } from '../../packages/scrip/src/core/reference.ts';
import type { Entry } from '../../packages/scrip/src/core/entry.ts';
import { continuedVersion } from '../../packages/scrip/src/core/entry.ts';
import { decodeEntry } from '../../packages/scrip/src/core/entry-format.ts';
import { evolve } from '../../packages/scrip/src/core/evolve.ts';
import { drawnLots } from '../../packages/scrip/src/core/lots.ts';
import type { RateCard } from '../../packages/scrip/src/core/rate-card.ts';
import { CHAIN_START, chainHash } from '../../packages/scrip/src/ledger/digest.ts';
import type { AccountBook } from './account-book.ts';
import { createAccountBook } from './account-book.ts';
import type { DiskRow } from './disk.ts';
import { enterEntry } from './enter-entry.ts';
import { heldOf, inBurnDownOrder, settledOf } from './lot-book.ts';

/** What has been used, all days together. */
interface UsedSoFar {
  readonly usedMicros: bigint;
  readonly calls: number;
}

const QUARTER_HOUR_MS = 15 * 60_000;

/** What an entry does to the usage of a quarter of an hour. */
interface Use extends UsedSoFar {
  readonly slotMs: number;
}

function useOf(entry: Entry): Use | null {
  const slotOf = (atMs: number) => atMs - (((atMs % QUARTER_HOUR_MS) + QUARTER_HOUR_MS) % QUARTER_HOUR_MS);
  if (entry.kind === 'CreditsDebited' || entry.kind === 'HoldCaptured')
    return { slotMs: slotOf(entry.occurredAtMs ?? entry.atMs), usedMicros: entry.amountMicros, calls: 1 };
  if (entry.kind !== 'DebitRefunded') return null;
  const calls = entry.isFull ? -1 : 0;
  return { slotMs: slotOf(entry.debitOccurredAtMs), usedMicros: -entry.amountMicros, calls };
}

/** All that is on the disk of one account, checked line by line as it got there. Index 0 of `states` is before the first entry. */
export interface AccountRecord {
  readonly book: AccountBook;
  readonly rows: DiskRow[];
  readonly entries: Entry[];
  readonly states: (AccountState | null)[];
  /** By version. */
  readonly used: UsedSoFar[];
  /** Micros by quarter of an hour, as of now. */
  readonly usedBySlot: Map<number, bigint>;
  /** The first entry that bears an id. */
  readonly byChange: Map<string, Entry>;
  hash: string;
}

export function createAccountRecord(): AccountRecord {
  return {
    book: createAccountBook(),
    rows: [],
    entries: [],
    states: [null],
    used: [{ usedMicros: 0n, calls: 0 }],
    usedBySlot: new Map(),
    byChange: new Map(),
    hash: CHAIN_START,
  };
}

/** Takes one more row. Throws an `AssertionError` when it breaks a rule. */
export function takeRow(record: AccountRecord, row: DiskRow, rateCards: readonly RateCard[]): Entry {
  const { accountId, version, body } = row;
  const entry = decodeEntry({ accountId, version, body });
  record.hash = chainHash(record.hash, { accountId, version, body });
  strictEqual(row.hash, record.hash, 'the chain is broken');
  enterEntry(record.book, entry, rateCards);
  const state = evolve(record.states.at(-1) ?? null, entry);
  checkState(record.book, state);
  const used = record.used.at(-1) ?? { usedMicros: 0n, calls: 0 };
  const use = useOf(entry);
  record.used.push({
    usedMicros: used.usedMicros + (use?.usedMicros ?? 0n),
    calls: used.calls + (use?.calls ?? 0),
  });
  if (use !== null)
    record.usedBySlot.set(use.slotMs, (record.usedBySlot.get(use.slotMs) ?? 0n) + use.usedMicros);
  record.rows.push(row);
  record.entries.push(entry);
  record.states.push(state);
  if (entry.change !== null) record.byChange.set(entry.change.id, entry);
  return entry;
}

/** The account that its entries make is the one that the books have added up. */
function checkState(book: AccountBook, state: AccountState): void {
  for (const { pool, lots, settledMicros, heldMicros } of state.pools) {
    const kept = book.pools.get(pool);
    const expected = kept === undefined ? [] : inBurnDownOrder(kept);
    const line = (one: (typeof lots)[number]) =>
      `${one.version} ${one.grantId} ${one.kind} ${one.priority} ${one.expiresAtMs} ${one.freeMicros} ${one.heldMicros}`;
    strictEqual(lots.map(line).join('\n'), expected.map(line).join('\n'), `the lots of ${pool}`);
    strictEqual(settledMicros, kept === undefined ? 0n : settledOf(kept), `settled in ${pool}`);
    strictEqual(heldMicros, kept === undefined ? 0n : heldOf(kept), `held in ${pool}`);
  }
  strictEqual(state.holds?.size ?? 0, book.holds.size, 'open holds');
  strictEqual(state.series.length, book.series.size, 'series');
}

/** What a store would find for a command on the account as of a version. */
export function factsAt(
  record: AccountRecord,
  command: Command,
  { version, rateCards }: { version: number; rateCards: readonly RateCard[] },
): Facts {
  const reference = referenceOf(command);
  const entry = reference === null ? undefined : record.byChange.get(reference.id);
  if (reference === null || entry === undefined || entry.version > version || !isChange(entry, reference))
    return { rateCards, referred: null, isKeyTaken: false };
  const continuation =
    record.entries.findLast((one) => one.version <= version && continuedVersion(one) === entry.version) ??
    null;
  const lotEntries = drawnLots(entry).flatMap((lot) => record.entries[lot - 1] ?? []);
  return { rateCards, referred: { entry, continuation, lotEntries }, isKeyTaken: false };
}
