import type { Draw, Lot, LotTerms, PoolState, VoidedGrant } from './account.ts';
import { OVERDRAFT_GRANT_ID, OVERDRAFT_LOT } from './account.ts';
import { minMicros } from './credits.ts';
import type { Entry, Returned } from './entry.ts';
import { isDebit } from './entry.ts';

/**
 * The burn-down order: priority ascending, then earliest expiry (none last), then recurring before one-time,
 * then oldest grant, then id, then version; the overdraft after all others. Total: no two lots are equal.
 */
export function compareLots(a: Lot, b: Lot): number {
  if (a.version === OVERDRAFT_LOT || b.version === OVERDRAFT_LOT) return a.version === OVERDRAFT_LOT ? 1 : -1;
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.expiresAtMs !== b.expiresAtMs) return (a.expiresAtMs ?? Infinity) - (b.expiresAtMs ?? Infinity);
  if (a.kind !== b.kind) return a.kind === 'recurring' ? -1 : 1;
  if (a.grantedAtMs !== b.grantedAtMs) return a.grantedAtMs - b.grantedAtMs;
  if (a.grantId !== b.grantId) return a.grantId < b.grantId ? -1 : 1;
  return a.version - b.version;
}

/** Draws an amount from the lots' free parts in burn-down order; undefined when they do not hold it. */
export function planDraws(lots: readonly Lot[], amountMicros: bigint): Draw[] | undefined {
  const draws: Draw[] = [];
  let missing = amountMicros;
  for (const lot of lots) {
    if (missing === 0n) break;
    if (lot.freeMicros === 0n) continue;
    // Nearly always one lot has it all; an array that is made with its only element has no room to spare.
    if (draws.length === 0 && lot.freeMicros >= missing)
      return [{ lot: lot.version, grantId: lot.grantId, amountMicros: missing }];
    const taken = minMicros(lot.freeMicros, missing);
    draws.push({ lot: lot.version, grantId: lot.grantId, amountMicros: taken });
    missing -= taken;
  }
  return missing === 0n ? draws : undefined;
}

/** The first part of what was drawn, in the order in which it was drawn. */
export function firstDraws(draws: readonly Draw[], amountMicros: bigint): Draw[] {
  const first: Draw[] = [];
  let missing = amountMicros;
  for (const draw of draws) {
    if (missing === 0n) break;
    const taken = minMicros(draw.amountMicros, missing);
    first.push({ ...draw, amountMicros: taken });
    missing -= taken;
  }
  return first;
}

/** What goes back to which lot: last drawn first, after `skipMicros` that went back before. */
export function planReturns(draws: readonly Draw[], skipMicros: bigint, amountMicros: bigint): Draw[] {
  const returns: Draw[] = [];
  let skip = skipMicros;
  let missing = amountMicros;
  for (const draw of draws.toReversed()) {
    const skipped = minMicros(draw.amountMicros, skip);
    skip -= skipped;
    const given = minMicros(draw.amountMicros - skipped, missing);
    if (given === 0n) continue;
    returns.push({ ...draw, amountMicros: given });
    missing -= given;
  }
  return returns;
}

/** How much of the overdraft is spent: what a grant repays first. */
export function overdrawnMicros(pool: PoolState): bigint {
  const lot = pool.lots.find((candidate) => candidate.version === OVERDRAFT_LOT);
  return lot === undefined ? 0n : pool.overdraftMicros - lot.freeMicros - lot.heldMicros;
}

/** What a hold gives back. Its lots stay open while it owns a part of them, so that no terms need to be looked up. */
export function returnHeld(
  pool: PoolState,
  returns: readonly Draw[],
  isEnded: (lot: Lot) => boolean,
): Returned[] {
  return returns.map((draw) => {
    const lot = pool.lots.find((candidate) => candidate.version === draw.lot);
    if (lot === undefined) throw new Error(`lot ${draw.lot} is not open, though a hold owns a part of it`);
    return { ...draw, expired: isEnded(lot), terms: null };
  });
}

export interface RefundContext {
  readonly nowMs: number;
  readonly voided: readonly VoidedGrant[];
  /** Terms of lots that are used up, by version. */
  readonly usedUp: ReadonlyMap<number, LotTerms>;
  /** The lot that takes what can go back to no other: an overdraft that has been repaid meanwhile. */
  readonly fallback: { readonly lot: number; readonly grantId: string };
}

/** What a refund gives back. The lots may have ended, or have been used up, since the debit. */
export function returnDebited(pool: PoolState, returns: readonly Draw[], context: RefundContext): Returned[] {
  let overdrawn = overdrawnMicros(pool);
  return returns.flatMap((draw) => {
    if (draw.lot !== OVERDRAFT_LOT) return [returnToLot(pool, draw, context)];
    const backMicros = minMicros(draw.amountMicros, overdrawn);
    overdrawn -= backMicros;
    return returnToOverdraft(draw, backMicros, context);
  });
}

function returnToLot(pool: PoolState, draw: Draw, context: RefundContext): Returned {
  const open = pool.lots.find((lot) => lot.version === draw.lot);
  if (open !== undefined) return { ...draw, expired: hasEnded(open, context.nowMs), terms: null };
  const terms = context.usedUp.get(draw.lot);
  if (terms === undefined) throw new Error(`lot ${draw.lot} has neither state nor terms`);
  const voidedAtMs = context.voided.find((grant) => grant.grantId === terms.grantId)?.atMs;
  const reopened = voidedAtMs === undefined ? terms : { ...terms, expiresAtMs: voidedAtMs };
  return { ...draw, expired: hasEnded(reopened, context.nowMs), terms: reopened };
}

function returnToOverdraft(draw: Draw, backMicros: bigint, { nowMs, fallback }: RefundContext): Returned[] {
  const restMicros = draw.amountMicros - backMicros;
  const returned: Returned[] = [];
  if (backMicros > 0n) returned.push({ ...draw, amountMicros: backMicros, expired: false, terms: null });
  if (restMicros > 0n) {
    const { lot, grantId } = fallback;
    const terms = { grantId, kind: 'one-time', priority: 0, grantedAtMs: nowMs, expiresAtMs: null } as const;
    returned.push({ lot, grantId, amountMicros: restMicros, expired: false, terms });
  }
  return returned;
}

export function hasEnded(terms: { readonly expiresAtMs: number | null }, nowMs: number): boolean {
  return terms.expiresAtMs !== null && terms.expiresAtMs <= nowMs;
}

/** What is added to one lot; `terms` where it is made or opened again. */
export interface LotChange {
  readonly lot: number;
  readonly freeMicros?: bigint;
  readonly heldMicros?: bigint;
  readonly terms?: LotTerms | null;
}

/** What is drawn, as changes of the lots that it is drawn from. */
export function taken(draws: readonly Draw[]): LotChange[] {
  return draws.map(({ lot, amountMicros }) => ({ lot, freeMicros: -amountMicros }));
}

/** Adds to lots' free and held parts. Totals follow; lots that are used up go. */
export function changeLots(pool: PoolState, changes: readonly LotChange[], atMs: number): PoolState {
  let lots = pool.lots.slice();
  let settledMicros = pool.settledMicros;
  let heldMicros = pool.heldMicros;
  let someUsedUp = false;
  for (const change of changes) {
    const free = change.freeMicros ?? 0n;
    const held = change.heldMicros ?? 0n;
    const index = lots.findIndex((lot) => lot.version === change.lot);
    const lot = lots[index];
    const changed = addToLot(lot ?? openLot(change), free, held);
    if (changed.version === OVERDRAFT_LOT && changed.freeMicros + changed.heldMicros > pool.overdraftMicros)
      throw new Error(`the overdraft of ${pool.pool} beyond its limit`);
    if (lot === undefined) lots = insertLot(lots, changed);
    else lots[index] = changed;
    if (isUsedUp(changed)) someUsedUp = true;
    settledMicros += free;
    if (held === 0n) continue;
    settledMicros += held;
    heldMicros += held;
  }
  if (someUsedUp) lots = lots.filter((lot) => !isUsedUp(lot));
  const availableChanged = settledMicros - heldMicros !== pool.settledMicros - pool.heldMicros;
  return {
    pool: pool.pool,
    lots,
    settledMicros,
    heldMicros,
    overdraftMicros: pool.overdraftMicros,
    changedAtMs: availableChanged ? atMs : pool.changedAtMs,
  };
}

function openLot({ lot, terms }: LotChange): Lot {
  if (terms === undefined || terms === null) throw new Error(`lot ${lot} is not open`);
  return { ...terms, version: lot, freeMicros: 0n, heldMicros: 0n };
}

function addToLot(lot: Lot, freeMicros: bigint, heldMicros: bigint): Lot {
  const { grantId, kind, priority, grantedAtMs, expiresAtMs, version } = lot;
  // Member by member, as states are: whatever they were made from, they have one shape, and are quick to look into.
  const changed = {
    grantId,
    kind,
    priority,
    grantedAtMs,
    expiresAtMs,
    version,
    freeMicros: freeMicros === 0n ? lot.freeMicros : lot.freeMicros + freeMicros,
    heldMicros: heldMicros === 0n ? lot.heldMicros : lot.heldMicros + heldMicros,
  };
  if (changed.freeMicros < 0n || changed.heldMicros < 0n) throw new Error(`lot ${lot.version} below zero`);
  return changed;
}

function isUsedUp({ version, freeMicros, heldMicros }: Lot): boolean {
  return freeMicros === 0n && heldMicros === 0n && version !== OVERDRAFT_LOT;
}

/** Sets a lot's end: what a void does to the part that holds still own. */
export function endLots(pool: PoolState, grantId: string, atMs: number): PoolState {
  const others = pool.lots.filter((lot) => lot.grantId !== grantId || lot.version === OVERDRAFT_LOT);
  let lots = others;
  for (const lot of pool.lots)
    if (!others.includes(lot)) lots = insertLot(lots, { ...lot, expiresAtMs: atMs });
  return { ...pool, lots };
}

/** Raises or lowers the overdraft; the caller has checked that what is drawn on it stays within. */
export function withOverdraft(pool: PoolState, limitMicros: bigint, atMs: number): PoolState {
  const difference = limitMicros - pool.overdraftMicros;
  if (difference === 0n) return pool;
  const terms: LotTerms = {
    grantId: OVERDRAFT_GRANT_ID,
    kind: 'one-time',
    priority: 0,
    grantedAtMs: atMs,
    expiresAtMs: null,
  };
  const limited = { ...pool, overdraftMicros: limitMicros };
  const changed = changeLots(limited, [{ lot: OVERDRAFT_LOT, freeMicros: difference, terms }], atMs);
  if (limitMicros > 0n) return changed;
  return { ...changed, lots: changed.lots.filter((lot) => lot.version !== OVERDRAFT_LOT) };
}

export function emptyPool(pool: string, atMs: number): PoolState {
  return { pool, lots: [], settledMicros: 0n, heldMicros: 0n, overdraftMicros: 0n, changedAtMs: atMs };
}

/** Into its place in the burn-down order, in which the others are: an account may have thousands. */
function insertLot(lots: readonly Lot[], lot: Lot): Lot[] {
  let from = 0;
  let to = lots.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compareLots(lot, lots[middle] as Lot) < 0) to = middle;
    else from = middle + 1;
  }
  return lots.toSpliced(from, 0, lot);
}

/** The lots that an entry drew on: whoever undoes it may need their terms. */
export function drawnLots(entry: Entry): number[] {
  return isDebit(entry) ? entry.draws.map(({ lot }) => lot) : [];
}
