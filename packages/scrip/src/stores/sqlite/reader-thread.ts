import { workerData } from 'node:worker_threads';
import { decodeEntry, decodeState } from '../../core/entry-format.ts';
import { evolve } from '../../core/evolve.ts';
import type { Reference } from '../../core/reference.ts';
import { isChange } from '../../core/reference.ts';
import type { AccountState } from '../../core/account.ts';
import type { UsageChange, UsageRange } from '../../core/usage.ts';
import type { EntriesQuery } from '../../ledger/store.ts';
import type { LoadedState } from './account-cache.ts';
import type { BlockEntry } from './entry-block.ts';
import { createEntryRows } from './entry-rows.ts';
import { openForReading } from './open-files.ts';
import { createSegmentLookUps } from './segments/segment-look-ups.ts';
import type { SegmentIds } from './segments/segment-writer.ts';
import type { PackedRows, StoredRow } from './stored-row.ts';
import { packRows } from './stored-row.ts';
import { serveThread } from './thread.ts';
import { createUsageRows } from './usage-rows.ts';

export interface ReadRequests {
  readonly account: {
    request: { accountId: string; atMs: number | null; upToVersion: number };
    reply: Omit<LoadedState, 'lastPosition'> | { readonly knownFromMs: number } | null;
  };
  readonly versions: { request: { accountId: string; versions: readonly number[] }; reply: StoredRow[] };
  readonly change: {
    request: { hash: number; accountId: string; reference: Reference };
    reply: FoundRows | null;
  };
  readonly entries: { request: EntriesQuery; reply: PackedRows };
  readonly usage: { request: { accountId: string; range: UsageRange }; reply: UsageAt };
  readonly accountIds: { request: { after: string | null; limit: number }; reply: string[] };
  readonly keyOwner: { request: { digest: string }; reply: string | null };
  /** Positions of an account's entries of a range of versions that have a personal part. */
  readonly personal: {
    request: { accountId: string; afterVersion: number; upToVersion: number };
    reply: number[];
  };
  readonly tail: { request: { after: number; limit: number }; reply: StoredRow[] };
  readonly start: {
    request: { nowMs: number; idsKeptMs: number; finishedEntries: number };
    reply: StartRows;
  };
  readonly close: { request: null; reply: null };
}

/** What a start needs to know of the files. */
export interface StartRows {
  readonly lastPosition: number;
  readonly checkpoint: number;
  readonly seed: number;
  /** Of segments whose ids may still be kept. */
  readonly segments: readonly SegmentIds[];
  /** The latest time of the others; -Infinity where there are none. */
  readonly forgottenMs: number;
  /** Erasures that were begun. */
  readonly erasing: readonly Erasing[];
}

export interface Erasing {
  readonly mark: number;
  readonly accountId: string;
}

export interface FoundRows {
  readonly row: StoredRow;
  readonly continuation: StoredRow | null;
}

/** Usage as of a checkpoint: entries after it are not in it. */
export interface UsageAt {
  readonly checkpoint: number;
  readonly rows: readonly UsageChange[];
}

const { files } = workerData as { files: { journal: string; derived: string } };
const database = openForReading(files);

const entries = createEntryRows(database, 'journal');
const segments = createSegmentLookUps(database);
const selectNumber = database.prepare('SELECT number FROM account WHERE account_id = ?');
const selectSnapshot = database.prepare(
  'SELECT state, hash FROM snapshot WHERE account_id = ? AND version <= ? ORDER BY version DESC LIMIT 1',
);
const selectSealed = database.prepare(
  'SELECT version, at_ms AS atMs FROM journal.sealed_account WHERE account_id = ?',
);
const selectSealedState = database.prepare('SELECT state FROM journal.sealed_account WHERE account_id = ?');
const usageRows = createUsageRows(database, segments);
const selectCheckpoint = database.prepare('SELECT checkpoint FROM progress');
const selectAccounts = database.prepare(
  "SELECT account_id AS id FROM account WHERE account_id > ? AND account_id NOT LIKE '$%' ORDER BY 1 LIMIT ?",
);
const selectKey = database.prepare('SELECT account_id AS id FROM api_key WHERE digest = ?');
const IS_KEPT = 'latest_ms >= min(?, (SELECT max(latest_ms) FROM segment)) - ? OR up_to - after < ?';
const selectSegments = database.prepare(
  `SELECT after, up_to AS upTo, latest_ms AS latestMs, filter FROM segment WHERE ${IS_KEPT} ORDER BY after`,
);
const selectForgotten = database.prepare(
  `SELECT max(latest_ms) AS latestMs FROM segment WHERE NOT (${IS_KEPT})`,
);

/** Entries that are in memory at once while an account is made of them. */
const REPLAYED_AT_ONCE = 2000;

/** The number that segments name an account by; null for one that they do not know. */
function numberOf(accountId: string): number | null {
  return (selectNumber.get(accountId)?.['number'] ?? null) as number | null;
}

/** The entries of some positions that the segments name, without their personal parts. */
function linesAt(positions: readonly number[]): BlockEntry[] {
  return entries.linesAt(positions).map((line, at) => {
    if (line === null)
      throw new Error(`the indexes speak of an entry ${positions[at]} that the journal does not have`);
    return line;
  });
}

function rowsAt(positions: readonly number[]): StoredRow[] {
  return linesAt(positions).map((line) => ({ ...line, personal: entries.personalAt(line.position) }));
}

/** When the account was opened; only the opening state tells where its opening is sealed. */
function openedMs(accountId: string): number {
  const row = selectSealedState.get(accountId);
  return row === undefined ? -Infinity : decodeState(row['state'] as string).createdAtMs;
}

/** Where the account stood when its oldest entries were sealed. */
function sealedOf(accountId: string): { readonly version: number; readonly atMs: number } {
  return (selectSealed.get(accountId) ?? { version: 0, atMs: -Infinity }) as {
    version: number;
    atMs: number;
  };
}

function account({
  accountId,
  atMs,
  upToVersion,
}: ReadRequests['account']['request']): ReadRequests['account']['reply'] {
  // The indexes first: so that the journal, whose state is fixed by its first read, holds all that they speak of.
  const number = numberOf(accountId);
  const sealed = sealedOf(accountId);
  const recorded = number === null ? 0 : (segments.lastUpTo(number, Infinity)?.version ?? 0);
  const last = Math.max(recorded, sealed.version);
  if (number === null || last === 0) return null;
  const isSealed = upToVersion < sealed.version || (atMs !== null && atMs < sealed.atMs);
  if (isSealed) return atMs !== null && atMs < openedMs(accountId) ? null : { knownFromMs: sealed.atMs };
  const recordedThen = atMs === null ? last : lastVersionAt(number, { from: sealed.version, to: last }, atMs);
  const upTo = Math.min(recordedThen, upToVersion);
  const snapshot = selectSnapshot.get(accountId, upTo);
  let state: AccountState | null = snapshot === undefined ? null : decodeState(snapshot['state'] as string);
  let hash = (snapshot?.['hash'] ?? '') as string;
  const snapshotVersion = state?.version ?? 0;
  for (let after = snapshotVersion; after < upTo;) {
    const positions = segments.positions('history', number, { after, upTo, limit: REPLAYED_AT_ONCE });
    if (positions.length === 0) break;
    for (const line of linesAt(positions)) {
      state = evolve(state, decodeEntry(line));
      hash = line.hash;
    }
    after = state?.version ?? upTo;
  }
  return state === null ? null : { state, hash, snapshotVersion };
}

/** The last version recorded at or before an instant; an account's time never goes back, so that versions can be halved. */
function lastVersionAt(
  number: number,
  { from, to }: { readonly from: number; readonly to: number },
  atMs: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const [line] = linesAt(positionsOf(number, [middle]));
    if (line !== undefined && decodeEntry(line).atMs <= atMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

function positionsOf(number: number | null, versions: readonly number[]): number[] {
  return number === null ? [] : versions.flatMap((version) => segments.positionOf(number, version) ?? []);
}

/** The newest entry that is meant: of all that have the hash of its id what truly is the change. */
function change({ hash, accountId, reference }: ReadRequests['change']['request']): FoundRows | null {
  const number = numberOf(accountId);
  if (number === null) return null;
  for (const position of segments.changes(hash)) {
    const [row] = rowsAt([position]);
    if (row?.accountId !== accountId || !isChange(decodeEntry(row), reference)) continue;
    const continuation = segments.continuationOf(number, { version: row.version, position });
    return { row, continuation: continuation === null ? null : (rowsAt([continuation])[0] ?? null) };
  }
  return null;
}

/** A page of an account's entries, of one kind or of all; of all, those after the seal. */
function pageOf({ accountId, afterVersion, limit, kind }: EntriesQuery): StoredRow[] {
  const number = numberOf(accountId);
  if (number === null) return [];
  const after = kind === undefined ? Math.max(afterVersion, sealedOf(accountId).version) : afterVersion;
  const index = kind === undefined ? 'history' : kind === 'CreditsGranted' ? 'grants' : 'holds';
  return rowsAt(segments.positions(index, number, { after, upTo: Infinity, limit }));
}

const handlers: {
  [K in keyof ReadRequests]: (request: ReadRequests[K]['request']) => ReadRequests[K]['reply'];
} = {
  account,
  versions: ({ accountId, versions }) => rowsAt(positionsOf(numberOf(accountId), versions)),
  change,
  entries: (query) => packRows(pageOf(query)),
  usage: ({ accountId, range }) => ({
    checkpoint: selectCheckpoint.get()?.['checkpoint'] as number,
    rows: usageRows(numberOf(accountId), range),
  }),
  accountIds: ({ after, limit }) => selectAccounts.all(after ?? '', limit).map((row) => row['id'] as string),
  keyOwner: ({ digest }) => (selectKey.get(digest)?.['id'] ?? null) as string | null,
  personal: ({ accountId, afterVersion, upToVersion }) => {
    const number = numberOf(accountId);
    if (number === null) return [];
    const range = { after: afterVersion, upTo: upToVersion, limit: Infinity };
    return segments
      .positions('history', number, range)
      .filter((position) => entries.personalAt(position) !== null);
  },
  tail: ({ after, limit }) => entries.range({ after, upTo: Number.MAX_SAFE_INTEGER, limit }),
  start: ({ nowMs, idsKeptMs, finishedEntries }) => ({
    ...(database.prepare('SELECT checkpoint, seed FROM progress').get() as {
      checkpoint: number;
      seed: number;
    }),
    // What is sealed has had its positions.
    lastPosition: database
      .prepare(
        `SELECT max(ifnull((SELECT max(last_position) FROM journal.block), 0),
           ifnull((SELECT position FROM journal.seal), 0)) AS last`,
      )
      .get()?.['last'] as number,
    segments: selectSegments.all(nowMs, idsKeptMs, finishedEntries) as unknown as SegmentIds[],
    forgottenMs: (selectForgotten.get(nowMs, idsKeptMs, finishedEntries)?.['latestMs'] ??
      -Infinity) as number,
    erasing: database
      .prepare('SELECT mark, account_id AS accountId FROM journal.erasure ORDER BY mark')
      .all() as unknown as Erasing[],
  }),
  close: () => {
    database.close();
    return null;
  },
};

/** Requests that come together see one state of the files. */
serveThread(
  ({ kind, request }: { kind: keyof ReadRequests; request: never }) => {
    if (kind !== 'close' && !database.isTransaction) database.exec('BEGIN');
    return handlers[kind](request);
  },
  () => {
    // Not a commit, which fails where a damaged page was met: nothing was written.
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
  },
);
