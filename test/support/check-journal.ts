import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { AccountState, PoolState, Series } from '../../packages/scrip/src/core/account.ts';
import { findPool } from '../../packages/scrip/src/core/account.ts';
import type {
  DebitRefunded,
  Entry,
  HoldCaptured,
  HoldExpired,
  HoldReleased,
  LotExpired,
  PeriodStarted,
} from '../../packages/scrip/src/core/entry.ts';
import { decodeEntry, encodeEntry } from '../../packages/scrip/src/core/entry-format.ts';
import { evolve } from '../../packages/scrip/src/core/evolve.ts';
import { findHold } from '../../packages/scrip/src/core/hold-tree.ts';
import type { RateCard } from '../../packages/scrip/src/core/rate-card.ts';
import { checkAccount, sum } from './check-account.ts';
import type { Drawn } from './check-draws.ts';
import { checkDraws, checkReturned, firstOf, least, overdrawn } from './check-draws.ts';

interface Books {
  /** The account before the entry at hand. */
  before: AccountState | null;
  /** By pool: all that came in, less all that went. */
  readonly flows: Map<string, bigint>;
  readonly openHolds: Map<number, Drawn>;
  readonly debits: Map<number, Drawn>;
  readonly changeIds: Set<string>;
  /** Each lot's place in the burn-down order, as it was first opened. */
  readonly places: Map<number, string>;
  /** Lots that must expire at once, because something was given back to them after their end. */
  readonly dueAtOnce: Set<number>;
}

export interface JournalCheck {
  /** Throws an `AssertionError` when the entry breaks a rule. */
  readonly add: (entry: Entry) => void;
  /** Throws when the last entry asks for others that are missing. */
  readonly end: () => void;
  /** The account as its stored entries make it. */
  readonly state: () => AccountState | null;
}

/**
 * Replays an account's entries from their stored text and checks each against the rules of credits. It adds up by
 * itself what was granted, debited, given back and lost, and does not ask the core how it decides.
 */
export function createJournalCheck(card: RateCard): JournalCheck {
  const books: Books = {
    before: null,
    flows: new Map(),
    openHolds: new Map(),
    debits: new Map(),
    changeIds: new Set(),
    places: new Map(),
    dueAtOnce: new Set(),
  };
  return {
    add: (live) => {
      const { accountId, version } = live;
      const body = encodeEntry(live);
      const entry = decodeEntry({ accountId, version, body });
      deepStrictEqual(entry, live);
      strictEqual(encodeEntry(entry), body);
      checkPlace(entry, books);
      checkFlows(entry, books);
      const after = evolve(books.before, entry);
      if ('settledMicros' in entry) {
        const pool = findPool(after, entry.pool);
        strictEqual(entry.settledMicros, pool?.settledMicros ?? 0n, `settled after ${entry.kind}`);
        strictEqual(entry.heldMicros, pool?.heldMicros ?? 0n, `held after ${entry.kind}`);
      }
      for (const pool of after.pools)
        strictEqual(pool.settledMicros, books.flows.get(pool.pool) ?? 0n, `conservation after ${entry.kind}`);
      checkAccount(after, card);
      checkPlaces(after, books);
      books.before = after;
    },
    end: () => checkNothingDue(books),
    state: () => books.before,
  };
}

/** Versions without gaps, time that never goes back, ids that are used once. */
function checkPlace(entry: Entry, books: Books): void {
  strictEqual(entry.version, (books.before?.version ?? 0) + 1);
  ok(entry.atMs >= (books.before?.atMs ?? 0), 'an account’s time goes back');
  if (entry.change !== null) {
    ok(!books.changeIds.has(entry.change.id), `id ${entry.change.id} is used twice`);
    books.changeIds.add(entry.change.id);
  }
  if (entry.kind === 'LotExpired') books.dueAtOnce.delete(entry.lot);
  else if (entry.change !== null || entry.atMs !== books.before?.atMs) checkNothingDue(books);
  if ('returned' in entry) checkEnds(entry, books);
}

/** What returns to a lot that has ended, or whose grant is void, says so, and expires at once. */
function checkEnds(entry: HoldExpired | HoldReleased | HoldCaptured | DebitRefunded, books: Books): void {
  const { voided } = books.before ?? { voided: [] };
  for (const { lot, grantId, expired, terms } of entry.returned) {
    const open = poolBefore(books, entry.pool)?.lots.find(({ version }) => version === lot) ?? terms;
    const endMs = open?.expiresAtMs ?? Infinity;
    // Where the next period takes the remainder over at this very moment, it does not expire.
    const mayBeCarried = entry.kind === 'HoldExpired' && endMs === entry.atMs;
    const isVoid = voided.some((grant) => grant.grantId === grantId);
    if (!mayBeCarried) strictEqual(expired, endMs <= entry.atMs || isVoid, `the end of lot ${lot}`);
    if (expired) books.dueAtOnce.add(lot);
  }
}

/** A lot that is used up and opened again has the place that it had. The overdraft has one place always. */
function checkPlaces({ pools, voided }: AccountState, { places }: Books): void {
  for (const lot of pools.flatMap(({ lots }) => lots)) {
    const { version, grantId, kind, priority, grantedAtMs } = lot;
    const isVoid = voided.some((grant) => grant.grantId === grantId);
    if (version === 0 || isVoid) continue;
    const place = [grantId, kind, priority, grantedAtMs, lot.expiresAtMs].join();
    strictEqual(place, places.get(version) ?? place, `place of lot ${version}`);
    places.set(version, place);
  }
}

function checkNothingDue({ dueAtOnce }: Books): void {
  deepStrictEqual([...dueAtOnce], [], 'what returned to lots that have ended does not expire at once');
}

function checkFlows(entry: Entry, books: Books): void {
  const { flows, debits, openHolds } = books;
  const flow = (pool: string, micros: bigint) => void flows.set(pool, (flows.get(pool) ?? 0n) + micros);
  const pool = 'pool' in entry ? poolBefore(books, entry.pool) : undefined;
  switch (entry.kind) {
    case 'AccountOpened':
    case 'AccountChanged':
      for (const limit of entry.overdraft)
        flow(limit.pool, limit.limitMicros - (poolBefore(books, limit.pool)?.overdraftMicros ?? 0n));
      break;
    case 'CreditsGranted':
      if (entry.lot === null) break;
      strictEqual(entry.lot.repaidMicros, least(entry.amountMicros, overdrawn(pool)), 'repaid first');
      flow(entry.pool, entry.amountMicros);
      break;
    case 'PeriodStarted':
      checkPeriod(entry, pool, books.before);
      flow(entry.pool, entry.amountMicros - (entry.carried?.forfeitedMicros ?? 0n));
      break;
    case 'LotExpired':
      checkExpiry(entry, pool, books.before?.series ?? []);
      flow(entry.pool, -entry.amountMicros);
      break;
    case 'GrantVoided':
      strictEqual(sum(entry.draws.map((draw) => draw.amountMicros)), entry.amountMicros);
      flow(entry.pool, -entry.amountMicros);
      break;
    case 'CreditsDebited':
      checkDraws(entry.draws, entry.amountMicros, pool);
      debits.set(entry.version, { draws: entry.draws, leftMicros: entry.amountMicros });
      flow(entry.pool, -entry.amountMicros);
      break;
    case 'HoldPlaced':
      checkDraws(entry.draws, entry.amountMicros, pool);
      openHolds.set(entry.version, { draws: entry.draws, leftMicros: entry.amountMicros });
      break;
    case 'HoldCaptured':
      checkCapture(entry, pool, books);
      debits.set(entry.version, { draws: entry.draws, leftMicros: entry.amountMicros });
      flow(entry.pool, -entry.amountMicros);
      break;
    case 'HoldReleased':
    case 'HoldExpired':
      checkReturned(entry.returned, resolveHold(entry, books), 0n);
      break;
    case 'DebitRefunded':
      checkRefund(entry, pool, books);
      flow(entry.pool, entry.amountMicros);
      break;
    default:
  }
}

function poolBefore(books: Books, pool: string): PoolState | undefined {
  return books.before === null ? undefined : findPool(books.before, pool);
}

/** The series' next period, at its time, with what the last one may carry over. */
function checkPeriod(entry: PeriodStarted, pool: PoolState | undefined, before: AccountState | null): void {
  const series = before?.series.find(({ grantId }) => grantId === entry.grantId);
  ok(series !== undefined && entry.nextIndex === series.nextIndex + 1, 'a period of no series');
  ok(series.expiresAtMs === null || series.nextAtMs < series.expiresAtMs, 'a period after the series');
  strictEqual(entry.atMs, Math.max(series.nextAtMs, before?.atMs ?? 0));
  strictEqual(entry.amountMicros, series.amountMicros);
  const last = pool?.lots.find(({ version }) => version === series.currentLot);
  const { carried } = entry;
  if (typeof series.rollover !== 'object' || last === undefined || last.freeMicros === 0n)
    strictEqual(carried, null);
  else {
    const carriedMicros = least(last.freeMicros, series.rollover.maxMicros);
    deepStrictEqual(carried, {
      lot: last.version,
      carriedMicros,
      forfeitedMicros: last.freeMicros - carriedMicros,
    });
  }
  const grantedMicros = entry.amountMicros + (carried?.carriedMicros ?? 0n);
  strictEqual(entry.repaidMicros, least(grantedMicros, overdrawn(pool)), 'repaid first');
}

function checkExpiry(entry: LotExpired, pool: PoolState | undefined, series: readonly Series[]): void {
  const lot = pool?.lots.find(({ version }) => version === entry.lot);
  ok(lot !== undefined && lot.expiresAtMs !== null && lot.expiresAtMs <= entry.atMs, 'expired early');
  strictEqual(entry.amountMicros, lot.freeMicros, 'expired in part');
  const next = series.find(({ currentLot }) => currentLot === entry.lot);
  ok(
    typeof next?.rollover !== 'object' || next.nextAtMs > lot.expiresAtMs,
    'expired instead of carried over',
  );
}

function resolveHold(
  entry: { holdVersion: number; holdId: string; kind: string; atMs: number },
  books: Books,
): Drawn {
  const drawn = books.openHolds.get(entry.holdVersion);
  ok(drawn !== undefined && books.openHolds.delete(entry.holdVersion), 'a hold is resolved twice');
  const hold = findHold(books.before?.holds ?? null, entry.holdId);
  ok(hold !== undefined && entry.atMs < hold.expiresAtMs === (entry.kind !== 'HoldExpired'), 'its deadline');
  return drawn;
}

function checkCapture(entry: HoldCaptured, pool: PoolState | undefined, books: Books): void {
  const { draws, amountMicros, fromHoldMicros, returned } = entry;
  const drawn = resolveHold(entry, books);
  ok(fromHoldMicros === least(amountMicros, drawn.leftMicros), 'taken beside its hold');
  const own = firstOf(drawn.draws, fromHoldMicros);
  deepStrictEqual(draws.slice(0, own.length), own, 'captured from other lots than the hold’s');
  checkDraws(draws.slice(own.length), amountMicros - fromHoldMicros, pool);
  checkReturned(returned, drawn, fromHoldMicros);
}

function checkRefund(entry: DebitRefunded, pool: PoolState | undefined, books: Books): void {
  const drawn = books.debits.get(entry.debitVersion);
  ok(drawn !== undefined, 'refunds no debit');
  const leftMicros = drawn.leftMicros - entry.amountMicros;
  ok(leftMicros >= 0n, 'refunds more than the debit');
  strictEqual(entry.refundedMicros, sum(drawn.draws.map((draw) => draw.amountMicros)) - leftMicros);
  strictEqual(entry.isFull, leftMicros === 0n);
  const onOwnLots = entry.returned.map((one) => (one.lot === entry.version ? { ...one, lot: 0 } : one));
  checkReturned(onOwnLots, drawn, leftMicros);
  const toOverdraft = sum(onOwnLots.filter(({ lot }) => lot === 0).map((one) => one.amountMicros));
  const repaid = sum(entry.returned.filter(({ lot }) => lot === 0).map((one) => one.amountMicros));
  strictEqual(repaid, least(toOverdraft, overdrawn(pool)), 'an overdraft that was repaid meanwhile');
  books.debits.set(entry.debitVersion, { draws: drawn.draws, leftMicros });
}
