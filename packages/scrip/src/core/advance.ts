import type { AccountState, Hold, Lot, PoolState, Series } from './account.ts';
import { findPool } from './account.ts';
import { periodStart } from './calendar.ts';
import { MAX_MICROS, MICROS_PER_CREDIT, minMicros } from './credits.ts';
import type { Entry, HoldExpired, LotExpired, PeriodStarted } from './entry.ts';
import { evolve } from './evolve.ts';
import { emptyPool, hasEnded, overdrawnMicros, planReturns, returnHeld } from './lots.ts';

export interface Advanced {
  readonly state: AccountState;
  /** What time did, each at its due time, oldest first. */
  readonly entries: readonly Entry[];
}

const NOTHING: readonly never[] = [];

/**
 * Brings an account to `nowMs`: hold deadlines, expiries and periods that are due, in time order
 * (at one instant in that order, so that what a hold gives back to an ending lot still ends with it).
 */
export function advance(state: AccountState, nowMs: number): Advanced {
  if (!isAnythingDue(state, nowMs)) return { state, entries: NOTHING };
  let current = state;
  const entries: Entry[] = [];
  for (let entry = nextEntry(current, nowMs); entry !== null; entry = nextEntry(current, nowMs)) {
    entries.push(entry);
    current = evolve(current, entry);
  }
  return { state: current, entries };
}

/** Whether time does anything up to `nowMs`: what `nextDueMs` says, for a caller that asks it of very many states. */
export function isAnythingDue(state: AccountState, nowMs: number): boolean {
  const { holds, pools, series } = state;
  if (holds !== null && holds.first.expiresAtMs <= nowMs) return true;
  for (const { nextAtMs } of series) if (nextAtMs <= nowMs) return true;
  for (const { lots } of pools)
    for (const lot of lots) {
      const { expiresAtMs } = lot;
      if (expiresAtMs !== null && expiresAtMs <= nowMs && lot.freeMicros > 0n && !isCarriedOn(state, lot))
        return true;
    }
  return false;
}

/** When time will next change this account; Infinity when it never will by itself. */
export function nextDueMs(state: AccountState): number {
  const hold = state.holds?.first.expiresAtMs ?? Infinity;
  const lot = nextExpiry(state)?.dueMs ?? Infinity;
  const series = nextSeries(state)?.nextAtMs ?? Infinity;
  return Math.min(hold, lot, series);
}

/** The first thing that time does up to `nowMs`; null when it does nothing. */
export function nextEntry(state: AccountState, nowMs: number): Entry | null {
  const hold = state.holds?.first;
  const holdMs = hold?.expiresAtMs ?? Infinity;
  const expiry = nextExpiry(state);
  const expiryMs = expiry?.dueMs ?? Infinity;
  const series = nextSeries(state);
  const seriesMs = series?.nextAtMs ?? Infinity;
  const dueMs = Math.min(holdMs, expiryMs, seriesMs);
  if (dueMs > nowMs) return null;
  if (hold !== undefined && holdMs === dueMs) return expireHold(state, hold);
  if (expiry !== null && expiryMs === dueMs) return expireLot(state, expiry.pool, expiry.lot);
  return series === null ? null : startPeriod(state, series);
}

function nextExpiry(state: AccountState): { pool: PoolState; lot: Lot; dueMs: number } | null {
  let next: { pool: PoolState; lot: Lot; dueMs: number } | null = null;
  for (const pool of state.pools)
    for (const lot of pool.lots) {
      const dueMs = lot.expiresAtMs;
      if (dueMs === null || lot.freeMicros === 0n || (next !== null && dueMs >= next.dueMs)) continue;
      if (!isCarriedOn(state, lot)) next = { pool, lot, dueMs };
    }
  return next;
}

/** A lot of a grant that rolls over does not expire when its successor takes its remainder over. */
function isCarriedOn(state: AccountState, lot: Lot): boolean {
  return state.series.some(
    (series) =>
      series.currentLot === lot.version &&
      typeof series.rollover === 'object' &&
      series.nextAtMs === lot.expiresAtMs,
  );
}

function nextSeries(state: AccountState): Series | null {
  let next: Series | null = null;
  for (const series of state.series) if (next === null || series.nextAtMs < next.nextAtMs) next = series;
  return next;
}

function nextBase(state: AccountState, dueMs: number) {
  return {
    accountId: state.id,
    version: state.version + 1,
    atMs: Math.max(dueMs, state.atMs),
    change: null,
  };
}

function poolOf(state: AccountState, id: string): PoolState {
  const pool = findPool(state, id);
  if (pool === undefined) throw new Error(`account ${state.id} has no pool ${id}`);
  return pool;
}

function expireHold(state: AccountState, hold: Hold): HoldExpired {
  const pool = findPool(state, hold.pool) ?? emptyPool(hold.pool, state.atMs);
  const base = nextBase(state, hold.expiresAtMs);
  return {
    ...base,
    kind: 'HoldExpired',
    pool: pool.pool,
    settledMicros: pool.settledMicros,
    heldMicros: pool.heldMicros - hold.amountMicros,
    holdId: hold.id,
    holdVersion: hold.version,
    amountMicros: hold.amountMicros,
    returned: returnHeld(
      pool,
      planReturns(hold.draws, 0n, hold.amountMicros),
      (lot) => hasEnded(lot, base.atMs) && !isCarriedOn(state, lot),
    ),
  };
}

function expireLot(state: AccountState, pool: PoolState, lot: Lot): LotExpired {
  return {
    ...nextBase(state, lot.expiresAtMs ?? state.atMs),
    kind: 'LotExpired',
    pool: pool.pool,
    settledMicros: pool.settledMicros - lot.freeMicros,
    heldMicros: pool.heldMicros,
    lot: lot.version,
    grantId: lot.grantId,
    amountMicros: lot.freeMicros,
  };
}

function startPeriod(state: AccountState, series: Series): PeriodStarted {
  const pool = poolOf(state, series.pool);
  const base = nextBase(state, series.nextAtMs);
  const nextMs = followingPeriodMs(series, series.nextIndex + 1);
  const carried = carryOver(pool, series);
  // Time cannot be refused: a period whose amount no longer fits into 64 bits gives what fits, in credits that every
  // pool can hold, whatever its decimals.
  const roomMicros = MAX_MICROS - pool.settledMicros + (carried?.forfeitedMicros ?? 0n);
  const amountMicros =
    series.amountMicros <= roomMicros ? series.amountMicros : roomMicros - (roomMicros % MICROS_PER_CREDIT);
  const grantedMicros = amountMicros + (carried?.carriedMicros ?? 0n);
  return {
    ...base,
    kind: 'PeriodStarted',
    pool: pool.pool,
    settledMicros: pool.settledMicros + amountMicros - (carried?.forfeitedMicros ?? 0n),
    heldMicros: pool.heldMicros,
    grantId: series.grantId,
    lotKind: series.kind,
    priority: series.priority,
    amountMicros,
    carried,
    repaidMicros: minMicros(grantedMicros, overdrawnMicros(pool)),
    expiresAtMs: lotEndMs(series, series.nextIndex + 1),
    nextIndex: series.nextIndex + 1,
    nextAtMs: nextMs,
  };
}

function carryOver(pool: PoolState, series: Series): PeriodStarted['carried'] {
  const { rollover } = series;
  const last = pool.lots.find((lot) => lot.version === series.currentLot);
  if (typeof rollover !== 'object' || last === undefined || last.freeMicros === 0n) return null;
  const carriedMicros = minMicros(last.freeMicros, rollover.maxMicros);
  return { lot: last.version, carriedMicros, forfeitedMicros: last.freeMicros - carriedMicros };
}

/** What decides when a series' periods begin and their lots end. */
export type SeriesTerms = Pick<Series, 'every' | 'timezone' | 'anchorMs' | 'expiresAtMs' | 'rollover'>;

/** Start of a series' period; null when the series has no such period. */
export function followingPeriodMs(series: SeriesTerms, index: number): number | null {
  if (series.every === null) return null;
  const { every, timezone, anchorMs } = series;
  const startMs = periodStart({ every, timezone, anchorMs }, index);
  return series.expiresAtMs !== null && startMs >= series.expiresAtMs ? null : startMs;
}

/** When the lot of the period before `nextIndex` ends: with its period or the series, or never where all is kept. */
export function lotEndMs(series: SeriesTerms, nextIndex: number): number | null {
  if (series.every === null) return series.expiresAtMs;
  if (series.rollover === 'all') return null;
  const { every, timezone, anchorMs } = series;
  const endMs = periodStart({ every, timezone, anchorMs }, nextIndex);
  return series.expiresAtMs === null ? endMs : Math.min(endMs, series.expiresAtMs);
}
