import type { AccountState, Hold, PoolState, Series } from './account.ts';
import { findPool, OVERDRAFT_LOT } from './account.ts';
import type {
  AccountChanged,
  AccountOpened,
  CreditsDebited,
  CreditsGranted,
  Entry,
  GrantVoided,
  HoldCaptured,
  HoldPlaced,
  PeriodStarted,
  Returned,
} from './entry.ts';
import { evolveDebit } from './evolve-debit.ts';
import { findHold, withHold, withoutHold } from './hold-tree.ts';
import type { LotChange } from './lots.ts';
import { changeLots, emptyPool, endLots, taken, withOverdraft } from './lots.ts';

/** The account after one more entry. Pure: the older state stays as it was. Only its first entry may meet no account. */
export function evolve(before: AccountState | null, entry: Entry): AccountState {
  if (entry.version !== (before?.version ?? 0) + 1)
    throw new Error(`entry ${entry.version} of ${entry.accountId} does not follow ${before?.version ?? 0}`);
  const state = before ?? newAccount(entry);
  if (entry.kind === 'CreditsDebited') return evolveDebit(state, entry);
  return { ...apply(state, entry), version: entry.version, atMs: entry.atMs };
}

function apply(state: AccountState, entry: Exclude<Entry, CreditsDebited>): AccountState {
  switch (entry.kind) {
    case 'AccountOpened':
    case 'AccountChanged':
      return applyTerms(state, entry);
    case 'AccountClosed':
      return { ...state, closedAtMs: entry.atMs, series: [] };
    case 'PersonalDataErased':
      return {
        ...state,
        nameVersion: null,
        metadataVersion: null,
        keys: state.keys.map((key) => ({ ...key, nameVersion: null })),
        erasedVersion: entry.version,
      };
    case 'KeyAdded': {
      const { keyId: id, digest, role, atMs: createdAtMs } = entry;
      const isNamed = typeof entry.name === 'string' || (entry.change?.personalDigest ?? null) !== null;
      const nameVersion = isNamed ? entry.version : null;
      return { ...state, keys: withOne(state.keys, { id, digest, nameVersion, role, createdAtMs }) };
    }
    case 'KeyRevoked':
      return { ...state, keys: state.keys.filter((key) => key.digest !== entry.digest) };
    case 'CreditsGranted':
      return applyCreditsGranted(state, entry);
    case 'PeriodStarted':
      return applyPeriodStarted(state, entry);
    case 'GrantVoided':
      return applyGrantVoided(state, entry);
    case 'LotExpired':
      return changeLotsOf(state, entry, [{ lot: entry.lot, freeMicros: -entry.amountMicros }]);
    case 'DebitRefunded':
      return changeLotsOf(state, entry, refunded(entry.returned));
    case 'HoldPlaced':
      return applyHoldPlaced(state, entry);
    case 'HoldCaptured':
      return applyHoldCaptured(state, entry);
    case 'HoldReleased':
    case 'HoldExpired':
      return {
        ...changeLotsOf(state, entry, released(entry.returned)),
        holds: withoutHold(state.holds, entry.holdId),
      };
    case 'RateCardPublished': {
      const { rateCardVersion: version, atMs: publishedAtMs, pools, actions } = entry;
      return { ...state, rateCards: [...state.rateCards, { version, publishedAtMs, pools, actions }] };
    }
  }
}

const NONE: readonly never[] = [];

function newAccount(first: Entry): AccountState {
  return {
    id: first.accountId,
    version: 0,
    atMs: first.atMs,
    createdAtMs: first.atMs,
    closedAtMs: null,
    timezone: 'UTC',
    nameVersion: null,
    metadataVersion: null,
    erasedVersion: null,
    pools: NONE,
    series: NONE,
    voided: NONE,
    holds: null,
    keys: NONE,
    rateCards: NONE,
  };
}

function applyTerms(state: AccountState, entry: AccountOpened | AccountChanged): AccountState {
  let changed: AccountState = {
    ...state,
    timezone: entry.timezone ?? state.timezone,
    nameVersion: entry.setsName ? entry.version : state.nameVersion,
    metadataVersion: entry.setsMetadata ? entry.version : state.metadataVersion,
  };
  for (const { pool, limitMicros } of entry.overdraft)
    changed = changePool(changed, pool, (before) => withOverdraft(before, limitMicros, entry.atMs));
  return changed;
}

function applyCreditsGranted(state: AccountState, entry: CreditsGranted): AccountState {
  const grantId = entry.change?.id ?? '';
  const lot = entry.lot;
  const granted =
    lot === null
      ? changePool(state, entry.pool, (pool) => pool)
      : changePool(state, entry.pool, (pool) =>
          changeLots(
            pool,
            newLot(entry, {
              grantId,
              lotKind: entry.lotKind,
              expiresAtMs: lot.expiresAtMs,
              amountMicros: entry.amountMicros,
              repaidMicros: lot.repaidMicros,
            }),
            entry.atMs,
          ),
        );
  if (entry.nextAtMs === null) return granted;
  const series: Series = {
    version: entry.version,
    grantId,
    pool: entry.pool,
    amountMicros: entry.amountMicros,
    kind: entry.lotKind,
    every: entry.every,
    timezone: entry.timezone,
    anchorMs: entry.startsAtMs,
    rollover: entry.rollover,
    expiresAtMs: entry.expiresAtMs,
    priority: entry.priority,
    nextIndex: entry.nextIndex,
    nextAtMs: entry.nextAtMs,
    currentLot: lot === null ? null : entry.version,
  };
  return { ...granted, series: [...granted.series, series] };
}

function applyPeriodStarted(state: AccountState, entry: PeriodStarted): AccountState {
  const { carried, nextAtMs } = entry;
  const ended =
    carried === null
      ? []
      : [{ lot: carried.lot, freeMicros: -(carried.carriedMicros + carried.forfeitedMicros) }];
  const amountMicros = entry.amountMicros + (carried?.carriedMicros ?? 0n);
  const started = changePool(state, entry.pool, (pool) =>
    changeLots(pool, [...ended, ...newLot(entry, { ...entry, amountMicros })], entry.atMs),
  );
  const series = state.series.flatMap((one) => {
    if (one.grantId !== entry.grantId) return [one];
    if (nextAtMs === null) return [];
    return [{ ...one, nextIndex: entry.nextIndex, nextAtMs, currentLot: entry.version }];
  });
  return { ...started, series };
}

interface NewLot {
  readonly grantId: string;
  readonly lotKind: 'one-time' | 'recurring';
  readonly expiresAtMs: number | null;
  readonly amountMicros: bigint;
  readonly repaidMicros: bigint;
}

function newLot(entry: CreditsGranted | PeriodStarted, lot: NewLot) {
  const { grantId, lotKind: kind, expiresAtMs, repaidMicros } = lot;
  const terms = { grantId, kind, priority: entry.priority, grantedAtMs: entry.atMs, expiresAtMs };
  const freeMicros = lot.amountMicros - repaidMicros;
  const repaid = repaidMicros > 0n ? [{ lot: OVERDRAFT_LOT, freeMicros: repaidMicros }] : [];
  return freeMicros > 0n ? [...repaid, { lot: entry.version, freeMicros, terms }] : repaid;
}

function applyGrantVoided(state: AccountState, entry: GrantVoided): AccountState {
  const { grantId, atMs } = entry;
  const voided = changePool(state, entry.pool, (pool) =>
    endLots(changeLots(pool, taken(entry.draws), atMs), grantId, atMs),
  );
  return {
    ...voided,
    series: state.series.filter((series) => series.grantId !== grantId),
    voided: [...state.voided, { grantId, atMs }],
  };
}

/** The hold as it is when it has been placed. */
export function holdOf(entry: HoldPlaced): Hold {
  return {
    id: entry.change?.id ?? '',
    version: entry.version,
    pool: entry.pool,
    amountMicros: entry.amountMicros,
    draws: entry.draws,
    placedAtMs: entry.atMs,
    expiresAtMs: entry.expiresAtMs,
    action: entry.action,
    quantityMicros: entry.quantityMicros,
    rateCardVersion: entry.rateCardVersion,
    occurredAtMs: entry.occurredAtMs,
    actor: entry.change?.actor ?? null,
  };
}

function applyHoldPlaced(state: AccountState, entry: HoldPlaced): AccountState {
  const hold = holdOf(entry);
  const held = entry.draws.map(({ lot, amountMicros }) => ({
    lot,
    freeMicros: -amountMicros,
    heldMicros: amountMicros,
  }));
  return {
    ...changeLotsOf(state, entry, held),
    holds: withHold(state.holds, hold),
  };
}

function applyHoldCaptured(state: AccountState, entry: HoldCaptured): AccountState {
  const hold = findHold(state.holds, entry.holdId);
  if (hold === undefined)
    throw new Error(`entry ${entry.version} captures hold ${entry.holdId}, which is not open`);
  let fromHold = entry.fromHoldMicros;
  const debited = entry.draws.map(({ lot, amountMicros }) => {
    const held = amountMicros < fromHold ? amountMicros : fromHold;
    fromHold -= held;
    return { lot, heldMicros: -held, freeMicros: held - amountMicros };
  });
  return {
    ...changeLotsOf(state, entry, [...debited, ...released(entry.returned)]),
    holds: withoutHold(state.holds, entry.holdId),
  };
}

function released(returned: readonly Returned[]) {
  return returned.map(({ lot, amountMicros, terms }) => ({
    lot,
    freeMicros: amountMicros,
    heldMicros: -amountMicros,
    terms,
  }));
}

function refunded(returned: readonly Returned[]) {
  return returned.map(({ lot, amountMicros, terms }) => ({ lot, freeMicros: amountMicros, terms }));
}

/** What is free changes no lot, and makes no pool where there never was a grant. */
function changeLotsOf(
  state: AccountState,
  { pool, atMs }: { readonly pool: string; readonly atMs: number },
  changes: readonly LotChange[],
): AccountState {
  return changes.length === 0
    ? state
    : changePool(state, pool, (before) => changeLots(before, changes, atMs));
}

function changePool(state: AccountState, id: string, change: (pool: PoolState) => PoolState): AccountState {
  const before = findPool(state, id);
  if (before === undefined)
    return { ...state, pools: withOne(state.pools, change(emptyPool(id, state.atMs))) };
  const after = change(before);
  return { ...state, pools: state.pools.map((pool) => (pool === before ? after : pool)) };
}

/** A list that is put together from another one and one more has room to spare for sixteen, in every account that there is. */
function withOne<T>(list: readonly T[], one: T): readonly T[] {
  return list.toSpliced(list.length, 0, one);
}
