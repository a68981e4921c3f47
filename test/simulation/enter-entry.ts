import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Draw } from '../../packages/scrip/src/core/account.ts';
import type {
  AccountChanged,
  AccountOpened,
  DebitRefunded,
  Entry,
  GrantVoided,
  HoldCaptured,
  HoldExpired,
  HoldPlaced,
  HoldReleased,
  LotExpired,
} from '../../packages/scrip/src/core/entry.ts';
import type { RateCard } from '../../packages/scrip/src/core/rate-card.ts';
import type { AccountBook } from './account-book.ts';
import { poolOf } from './account-book.ts';
import { checkDue } from './due-oracle.ts';
import { checkGrant, checkPeriod } from './grant-oracle.ts';
import {
  add,
  expectedDraws,
  expectedReturns,
  heldOf,
  least,
  OVERDRAFT,
  overdrawnOf,
  settledOf,
  sumOf,
} from './lot-book.ts';
import { checkPrice } from './price-oracle.ts';

/** What a closed account takes no more of. */
const WHILE_OPEN: ReadonlySet<string> = new Set([
  'AccountChanged',
  'KeyAdded',
  'CreditsGranted',
  'PeriodStarted',
  'CreditsDebited',
  'HoldPlaced',
]);

/** Enters one more line. Throws an `AssertionError` when it breaks a rule. */
export function enterEntry(book: AccountBook, entry: Entry, rateCards: readonly RateCard[]): void {
  strictEqual(entry.version, book.version + 1, 'a gap in the versions');
  ok(entry.atMs >= book.atMs, 'the account’s time goes back');
  const { change } = entry;
  if (change !== null) {
    ok(!book.changeIds.has(change.id), `the id ${change.id} is used twice`);
    book.changeIds.add(change.id);
  }
  ok(!book.isClosed || !WHILE_OPEN.has(entry.kind), `a ${entry.kind} of a closed account`);
  checkDue(book, entry);
  apply(book, entry, rateCards);
  book.version = entry.version;
  book.atMs = entry.atMs;
  if ('settledMicros' in entry) {
    const pool = poolOf(book, entry.pool);
    strictEqual(entry.settledMicros, settledOf(pool), 'what the entry says is settled');
    strictEqual(entry.heldMicros, heldOf(pool), 'what the entry says is held');
  }
}

function apply(book: AccountBook, entry: Entry, rateCards: readonly RateCard[]): void {
  switch (entry.kind) {
    case 'AccountOpened':
    case 'AccountChanged':
      return applyTerms(book, entry);
    case 'AccountClosed':
      ok(!book.isClosed, 'closed twice');
      book.isClosed = true;
      return book.series.clear();
    case 'CreditsGranted':
      return checkGrant(book, entry);
    case 'PeriodStarted':
      return checkPeriod(book, entry);
    case 'LotExpired':
      return applyExpiry(book, entry);
    case 'GrantVoided':
      return applyVoid(book, entry);
    case 'CreditsDebited':
      checkPrice(entry, rateCards);
      deepStrictEqual(
        entry.draws,
        expectedDraws(poolOf(book, entry.pool), entry.amountMicros),
        'drawn in another order',
      );
      for (const { lot, amountMicros } of entry.draws)
        add(poolOf(book, entry.pool), lot, { free: -amountMicros });
      return void book.debits.set(entry.version, { debit: entry, outMicros: entry.amountMicros });
    case 'HoldPlaced':
      return applyHold(book, entry, rateCards);
    case 'HoldCaptured':
      return applyCapture(book, entry);
    case 'HoldReleased':
    case 'HoldExpired':
      return giveBack(book, entry, 0n);
    case 'DebitRefunded':
      return applyRefund(book, entry);
    case 'KeyAdded':
    case 'KeyRevoked':
    case 'PersonalDataErased':
    case 'RateCardPublished':
  }
}

function applyTerms(book: AccountBook, entry: AccountOpened | AccountChanged): void {
  book.timezone = entry.timezone ?? book.timezone;
  for (const { pool: id, limitMicros } of entry.overdraft) {
    const pool = poolOf(book, id);
    const lot = pool.lots.get(OVERDRAFT) ?? {
      version: OVERDRAFT,
      grantId: 'overdraft',
      kind: 'one-time',
      priority: 0,
      grantedAtMs: entry.atMs,
      expiresAtMs: null,
      freeMicros: 0n,
      heldMicros: 0n,
    };
    pool.lots.set(OVERDRAFT, lot);
    add(pool, OVERDRAFT, { free: limitMicros - pool.overdraftMicros });
    pool.overdraftMicros = limitMicros;
    if (limitMicros === 0n) pool.lots.delete(OVERDRAFT);
  }
}

function applyExpiry(book: AccountBook, entry: LotExpired): void {
  const pool = poolOf(book, entry.pool);
  strictEqual(entry.amountMicros, pool.lots.get(entry.lot)?.freeMicros, 'a lot expires in part');
  add(pool, entry.lot, { free: -entry.amountMicros });
}

function applyVoid(book: AccountBook, entry: GrantVoided): void {
  const pool = poolOf(book, entry.pool);
  const lots = [...pool.lots.values()].filter(
    ({ grantId, version }) => grantId === entry.grantId && version !== OVERDRAFT,
  );
  strictEqual(
    entry.amountMicros,
    lots.reduce((sum, { freeMicros }) => sum + freeMicros, 0n),
    'voided in part',
  );
  strictEqual(sumOf(entry.draws), entry.amountMicros);
  for (const { lot, amountMicros } of entry.draws) add(pool, lot, { free: -amountMicros });
  for (const lot of lots) lot.expiresAtMs = entry.atMs;
  book.series.delete(entry.grantId);
}

function applyHold(book: AccountBook, entry: HoldPlaced, rateCards: readonly RateCard[]): void {
  checkPrice(entry, rateCards);
  const pool = poolOf(book, entry.pool);
  deepStrictEqual(entry.draws, expectedDraws(pool, entry.amountMicros), 'held in another order');
  for (const { lot, amountMicros } of entry.draws)
    add(pool, lot, { free: -amountMicros, held: amountMicros });
  const { version, amountMicros, draws, expiresAtMs } = entry;
  ok(expiresAtMs > entry.atMs, 'a hold that is over when it begins');
  book.holds.set(version, {
    id: entry.change?.id ?? '',
    version,
    pool: entry.pool,
    amountMicros,
    draws,
    expiresAtMs,
  });
}

function applyCapture(book: AccountBook, entry: HoldCaptured): void {
  const pool = poolOf(book, entry.pool);
  const hold = book.holds.get(entry.holdVersion);
  const fromHold = least(entry.amountMicros, hold?.amountMicros ?? 0n);
  strictEqual(entry.fromHoldMicros, fromHold, 'taken beside its hold');
  const own = expectedReturns(hold?.draws ?? [], { outMicros: fromHold, keptMicros: 0n }).toReversed();
  const excess = expectedDraws(pool, entry.amountMicros - fromHold);
  deepStrictEqual(entry.draws, [...own, ...excess], 'captured from other lots');
  giveBack(book, entry, fromHold);
  for (const { lot, amountMicros } of own) add(pool, lot, { held: -amountMicros });
  for (const { lot, amountMicros } of excess) add(pool, lot, { free: -amountMicros });
  book.debits.set(entry.version, { debit: entry, outMicros: entry.amountMicros });
}

/** Resolves a hold: once, before its deadline or at it, and what it does not keep goes back where it was. */
function giveBack(
  book: AccountBook,
  entry: HoldCaptured | HoldReleased | HoldExpired,
  keptMicros: bigint,
): void {
  const hold = book.holds.get(entry.holdVersion);
  ok(hold !== undefined && hold.id === entry.holdId, 'a hold that is not open is resolved');
  book.holds.delete(hold.version);
  if (entry.kind === 'HoldExpired') ok(entry.atMs >= hold.expiresAtMs, 'expired before its deadline');
  else ok(entry.atMs < hold.expiresAtMs, 'resolved after its deadline');
  const pool = poolOf(book, entry.pool);
  const expected = expectedReturns(hold.draws, { outMicros: hold.amountMicros, keptMicros });
  const returned = entry.returned.map(({ lot, grantId, amountMicros }) => ({ lot, grantId, amountMicros }));
  deepStrictEqual(returned, expected, 'given back to other lots, or in another order');
  for (const { lot, amountMicros } of returned) add(pool, lot, { held: -amountMicros, free: amountMicros });
}

function applyRefund(book: AccountBook, entry: DebitRefunded): void {
  const known = book.debits.get(entry.debitVersion);
  ok(known !== undefined && known.debit.change?.id === entry.debitId, 'refunds no debit');
  const { debit, outMicros } = known;
  ok(entry.amountMicros <= outMicros, 'refunds more than is left');
  known.outMicros -= entry.amountMicros;
  strictEqual(entry.refundedMicros, debit.amountMicros - known.outMicros);
  strictEqual(entry.isFull, known.outMicros === 0n);
  strictEqual(entry.debitOccurredAtMs, debit.occurredAtMs ?? debit.atMs, 'lowers another day');
  const pool = poolOf(book, entry.pool);
  let overdrawn = overdrawnOf(pool);
  const expected: Draw[] = [];
  for (const draw of expectedReturns(debit.draws, { outMicros, keptMicros: known.outMicros })) {
    const repays = draw.lot === OVERDRAFT ? least(draw.amountMicros, overdrawn) : draw.amountMicros;
    if (draw.lot === OVERDRAFT) overdrawn -= repays;
    if (repays > 0n) expected.push({ ...draw, amountMicros: repays });
    const rest = draw.amountMicros - repays;
    // An overdraft that has been repaid takes nothing back: the refund gives a lot of its own.
    if (rest > 0n) expected.push({ lot: entry.version, grantId: entry.change?.id ?? '', amountMicros: rest });
  }
  const returned = entry.returned.map(({ lot, grantId, amountMicros }) => ({ lot, grantId, amountMicros }));
  deepStrictEqual(returned, expected, 'refunded to other lots, or in another order');
  for (const { lot, grantId, amountMicros } of expected) {
    if (lot === entry.version && !pool.lots.has(lot))
      pool.lots.set(lot, {
        version: lot,
        grantId,
        kind: 'one-time',
        priority: 0,
        grantedAtMs: entry.atMs,
        expiresAtMs: null,
        freeMicros: 0n,
        heldMicros: 0n,
      });
    add(pool, lot, { free: amountMicros });
  }
}
