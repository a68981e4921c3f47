import type {
  AccountKey,
  AccountState,
  Draw,
  Hold,
  Lot,
  OperatorRole,
  PoolState,
  Rollover,
  Series,
  VoidedGrant,
} from '../../core/account.ts';
import type { Every } from '../../core/calendar.ts';
import type { HoldTree } from '../../core/hold-tree.ts';
import { eachHold, withHold } from '../../core/hold-tree.ts';
import type { CachedAccount } from './account-cache.ts';
import { createPackReader, createPackWriter } from './packed-bytes.ts';

/**
 * An account as bytes, about a tenth of what its objects take. Members stand in a fixed order without their names. The
 * form lives and ends with the process: it is never stored, and has no version.
 */

const { number, micros, text, list, take } = createPackWriter();
const reader = createPackReader();

/** Texts that very many accounts have in common, each once: names of pools, time zones and kinds. */
const words: string[] = [];
const wordNumbers = new Map<string, number>();

function word(value: string | null): void {
  const known = value === null ? null : wordNumbers.get(value);
  if (value !== null && known === undefined) wordNumbers.set(value, words.push(value) - 1);
  number(known === undefined ? words.length - 1 : known);
}

function readWord(): string | null {
  const known = reader.number();
  return known === null ? null : (words[known] ?? null);
}

/** The bytes last until the next call. Only what is durable can be packed, and no stream of rate cards. */
export function packAccount({
  decided,
  durable,
  snapshotVersion,
}: Pick<CachedAccount, 'decided' | 'durable' | 'snapshotVersion'>): Uint8Array {
  const { state, hash } = decided;
  if (durable !== state || state.rateCards.length > 0) throw new Error(`${state.id} cannot be packed`);
  text(hash);
  number(snapshotVersion);
  for (const value of [state.version, state.atMs, state.createdAtMs, state.closedAtMs]) number(value);
  word(state.timezone);
  for (const value of [state.nameVersion, state.metadataVersion, state.erasedVersion]) number(value);
  list(state.pools, packPool);
  list(state.series, packSeries);
  list(state.voided, packVoided);
  list([...eachHold(state.holds)], packHold);
  list(state.keys, packKey);
  return take();
}

/** The account that was packed at a place; of what it had, it shares nothing. */
export function unpackAccount(id: string, bytes: Buffer, start: number): CachedAccount {
  reader.open(bytes, start);
  const hash = readText();
  const snapshotVersion = readNumber();
  const state: AccountState = {
    id,
    version: readNumber(),
    atMs: readNumber(),
    createdAtMs: readNumber(),
    closedAtMs: reader.number(),
    timezone: readWord() as string,
    nameVersion: reader.number(),
    metadataVersion: reader.number(),
    erasedVersion: reader.number(),
    pools: reader.list(readPool),
    series: reader.list(readSeries),
    voided: reader.list(readVoided),
    holds: reader.list(readHold).reduce<HoldTree | null>(withHold, null),
    keys: reader.list(readKey),
    rateCards: [],
  };
  return { decided: { state, hash }, durable: state, lastPosition: 0, snapshotVersion, wasUsed: false };
}

const readNumber = () => reader.number() as number;
const readMicros = () => reader.micros() as bigint;
const readText = () => reader.text() as string;

function packPool(pool: PoolState): void {
  word(pool.pool);
  list(pool.lots, packLot);
  micros(pool.settledMicros);
  micros(pool.heldMicros);
  micros(pool.overdraftMicros);
  number(pool.changedAtMs);
}

const readPool = (): PoolState => ({
  pool: readWord() as string,
  lots: reader.list(readLot),
  settledMicros: readMicros(),
  heldMicros: readMicros(),
  overdraftMicros: readMicros(),
  changedAtMs: readNumber(),
});

function packLot(lot: Lot): void {
  text(lot.grantId);
  word(lot.kind);
  number(lot.priority);
  number(lot.grantedAtMs);
  number(lot.expiresAtMs);
  number(lot.version);
  micros(lot.freeMicros);
  micros(lot.heldMicros);
}

const readLot = (): Lot => ({
  grantId: readText(),
  kind: readWord() as Lot['kind'],
  priority: readNumber(),
  grantedAtMs: readNumber(),
  expiresAtMs: reader.number(),
  version: readNumber(),
  freeMicros: readMicros(),
  heldMicros: readMicros(),
});

function packSeries(series: Series): void {
  number(series.version);
  text(series.grantId);
  word(series.pool);
  micros(series.amountMicros);
  word(series.kind);
  word(series.every);
  word(series.timezone);
  number(series.anchorMs);
  packRollover(series.rollover);
  number(series.expiresAtMs);
  number(series.priority);
  number(series.nextIndex);
  number(series.nextAtMs);
  number(series.currentLot);
}

const readSeries = (): Series => ({
  version: readNumber(),
  grantId: readText(),
  pool: readWord() as string,
  amountMicros: readMicros(),
  kind: readWord() as Series['kind'],
  every: readWord() as Every | null,
  timezone: readWord() as string,
  anchorMs: readNumber(),
  rollover: readRollover(),
  expiresAtMs: reader.number(),
  priority: readNumber(),
  nextIndex: readNumber(),
  nextAtMs: readNumber(),
  currentLot: reader.number(),
});

function packRollover(rollover: Rollover): void {
  word(typeof rollover === 'object' ? null : rollover);
  if (typeof rollover === 'object') micros(rollover.maxMicros);
}

function readRollover(): Rollover {
  const named = readWord() as 'none' | 'all' | null;
  return named ?? { maxMicros: readMicros() };
}

function packVoided({ grantId, atMs }: VoidedGrant): void {
  text(grantId);
  number(atMs);
}

const readVoided = (): VoidedGrant => ({ grantId: readText(), atMs: readNumber() });

function packHold(hold: Hold): void {
  text(hold.id);
  number(hold.version);
  word(hold.pool);
  micros(hold.amountMicros);
  list(hold.draws, packDraw);
  number(hold.placedAtMs);
  number(hold.expiresAtMs);
  word(hold.action);
  micros(hold.quantityMicros);
  number(hold.rateCardVersion);
  number(hold.occurredAtMs);
  text(hold.actor);
}

const readHold = (): Hold => ({
  id: readText(),
  version: readNumber(),
  pool: readWord() as string,
  amountMicros: readMicros(),
  draws: reader.list(readDraw),
  placedAtMs: readNumber(),
  expiresAtMs: readNumber(),
  action: readWord(),
  quantityMicros: reader.micros(),
  rateCardVersion: reader.number(),
  occurredAtMs: reader.number(),
  actor: reader.text(),
});

function packDraw({ lot, grantId, amountMicros }: Draw): void {
  number(lot);
  text(grantId);
  micros(amountMicros);
}

const readDraw = (): Draw => ({ lot: readNumber(), grantId: readText(), amountMicros: readMicros() });

function packKey(key: AccountKey): void {
  text(key.id);
  text(key.digest);
  number(key.nameVersion);
  word(key.role);
  number(key.createdAtMs);
}

const readKey = (): AccountKey => ({
  id: readText(),
  digest: readText(),
  nameVersion: reader.number(),
  role: readWord() as OperatorRole | null,
  createdAtMs: readNumber(),
});
