import { workerData } from 'node:worker_threads';
import { decodeEntry, decodeState } from '../../core/entry-format.ts';
import { evolve } from '../../core/evolve.ts';
import type { AccountState } from '../../core/account.ts';
import type { ChainedState, EntriesQuery } from '../../ledger/store.ts';
import { BILLION } from './usage-table.ts';
import type { ChangeRun } from './deriver-thread.ts';
import { openForReading } from './open-files.ts';
import { createEntryRows } from './entry-rows.ts';
import type { StoredRow } from './stored-row.ts';
import { serveThread } from './thread.ts';

export interface ReadRequests {
  readonly account: {
    request: { accountId: string; atMs: number | null };
    reply: ChainedState | { readonly knownFromMs: number } | null;
  };
  readonly versions: { request: { accountId: string; versions: readonly number[] }; reply: StoredRow[] };
  readonly change: {
    request: { hash: number; accountId: string; changeId: string };
    reply: FoundRows | null;
  };
  readonly entries: { request: EntriesQuery; reply: StoredRow[] };
  readonly usage: { request: { accountId: string; fromMs: number; toMs: number }; reply: UsageRows };
  readonly accountIds: { request: { after: string | null; limit: number }; reply: string[] };
  readonly keyOwner: { request: { digest: string }; reply: string | null };
  /** Positions of an account's entries of a range of versions that have a personal part. */
  readonly personal: {
    request: { accountId: string; afterVersion: number; upToVersion: number };
    reply: number[];
  };
  readonly tail: { request: { after: number; limit: number }; reply: StoredRow[] };
  readonly start: { request: null; reply: StartRows };
  readonly close: { request: null; reply: null };
}

/** What a start needs to know of the files. */
export interface StartRows {
  readonly lastPosition: number;
  readonly checkpoint: number;
  readonly seed: number;
  /** Hashes of the newest run, which has no filter yet. */
  readonly recent: readonly number[];
  readonly runs: readonly ChangeRun[];
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
export interface UsageRows {
  readonly checkpoint: number;
  readonly rows: readonly {
    readonly slotMs: number;
    readonly pool: string;
    readonly action: string;
    readonly key: string;
    readonly usedMicros: bigint;
    readonly calls: number;
  }[];
}

const { files } = workerData as { files: { journal: string; derived: string } };
const database = openForReading(files);

const entryRows = createEntryRows(database, 'journal');
const FROM_HISTORY = 'SELECT history.position FROM history';
const selectSnapshot = database.prepare(
  'SELECT state, hash FROM snapshot WHERE account_id = ? AND version <= ? ORDER BY version DESC LIMIT 1',
);
const selectVersions = database.prepare(
  `${FROM_HISTORY} WHERE history.account_id = ? AND history.version > ? AND history.version <= ? ORDER BY history.version`,
);
const selectVersion = database.prepare(
  `${FROM_HISTORY} WHERE history.account_id = ? AND history.version = ?`,
);
const selectPage = database.prepare(
  `${FROM_HISTORY} WHERE history.account_id = ? AND history.version > ? ORDER BY history.version LIMIT ?`,
);
const selectPageOfKind = database.prepare(
  `SELECT history.position FROM entry_of_kind AS kinds
   JOIN history ON history.account_id = kinds.account_id AND history.version = kinds.version
   WHERE kinds.account_id = ? AND kinds.kind = ? AND kinds.version > ? ORDER BY kinds.version LIMIT ?`,
);
const selectSealed = database.prepare(
  'SELECT version, at_ms AS atMs FROM journal.sealed_account WHERE account_id = ?',
);
const selectLastVersion = database.prepare(
  'SELECT max(version) AS version FROM history WHERE account_id = ?',
);
const selectTime = database.prepare('SELECT at_ms AS atMs FROM history WHERE account_id = ? AND version = ?');
const selectRuns = database.prepare('SELECT run FROM change_run ORDER BY run DESC');
const selectChange = database.prepare(
  `SELECT change.position FROM change
   WHERE change.run = ? AND change.hash = ? ORDER BY change.position DESC`,
);
const selectContinuation = database.prepare(
  `${FROM_HISTORY} WHERE history.account_id = ?1
   AND history.version = (SELECT version FROM continuation WHERE account_id = ?1 AND continued_version = ?2)`,
);
const selectUsage = database.prepare(
  `SELECT slot_ms, pool, action, key, used_billions, used_rest, calls FROM usage
   WHERE account_id = ? AND slot_ms >= ? AND slot_ms < ?`,
);
selectUsage.setReadBigInts(true);
const selectCheckpoint = database.prepare('SELECT checkpoint FROM progress');
const selectAccounts = database.prepare(
  'SELECT account_id AS id FROM account WHERE account_id > ? ORDER BY 1 LIMIT ?',
);
const selectKey = database.prepare('SELECT account_id AS id FROM api_key WHERE digest = ?');
const selectPersonal = database.prepare(
  `SELECT history.position FROM history JOIN journal.personal AS personal ON personal.position = history.position
   WHERE history.account_id = ? AND history.version > ? AND history.version <= ?`,
);

const asRow = (found: unknown) =>
  found === undefined ? null : entryRows.at((found as { position: number }).position);
const asRows = (found: readonly unknown[]) => found.flatMap((row) => asRow(row) ?? []);

/** Where the account stood when its oldest entries were sealed. */
function sealedOf(accountId: string): { readonly version: number; readonly atMs: number } {
  return (selectSealed.get(accountId) ?? { version: 0, atMs: -Infinity }) as {
    version: number;
    atMs: number;
  };
}

function account(accountId: string, atMs: number | null): ReadRequests['account']['reply'] {
  const sealed = sealedOf(accountId);
  const recorded = (selectLastVersion.get(accountId)?.['version'] ?? 0) as number;
  const last = Math.max(recorded, sealed.version);
  if (last === 0) return null;
  if (atMs !== null && atMs < sealed.atMs) return { knownFromMs: sealed.atMs };
  const upTo = atMs === null ? last : lastVersionAt(accountId, { from: sealed.version, to: last }, atMs);
  const snapshot = selectSnapshot.get(accountId, upTo);
  let state: AccountState | null = snapshot === undefined ? null : decodeState(snapshot['state'] as string);
  let hash = (snapshot?.['hash'] ?? '') as string;
  for (const row of asRows(selectVersions.all(accountId, state?.version ?? 0, upTo))) {
    state = evolve(state, decodeEntry(row));
    hash = row.hash;
  }
  return state === null ? null : { state, hash };
}

/** The last version recorded at or before an instant; an account's time never goes back, so that versions can be halved. */
function lastVersionAt(
  accountId: string,
  { from, to }: { readonly from: number; readonly to: number },
  atMs: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((selectTime.get(accountId, middle)?.['atMs'] as number) <= atMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The newest entry that bears the id: runs from the newest to the oldest, and of each what truly is the change. */
function change(hash: number, accountId: string, changeId: string): FoundRows | null {
  const runs = [0, ...selectRuns.all().map((row) => row['run'] as number)];
  for (const run of runs)
    for (const row of asRows(selectChange.all(run, hash))) {
      if (row.accountId !== accountId || decodeEntry(row).change?.id !== changeId) continue;
      return { row, continuation: asRow(selectContinuation.get(accountId, row.version)) };
    }
  return null;
}

const handlers: {
  [K in keyof ReadRequests]: (request: ReadRequests[K]['request']) => ReadRequests[K]['reply'];
} = {
  account: ({ accountId, atMs }) => account(accountId, atMs),
  versions: ({ accountId, versions }) =>
    versions.flatMap((version) => asRow(selectVersion.get(accountId, version)) ?? []),
  change: ({ hash, accountId, changeId }) => change(hash, accountId, changeId),
  entries: ({ accountId, afterVersion, limit, kind }) =>
    asRows(
      kind === undefined
        ? selectPage.all(accountId, Math.max(afterVersion, sealedOf(accountId).version), limit)
        : selectPageOfKind.all(accountId, kind, afterVersion, limit),
    ),
  usage: ({ accountId, fromMs, toMs }) => ({
    checkpoint: selectCheckpoint.get()?.['checkpoint'] as number,
    rows: selectUsage.all(accountId, fromMs, toMs).map((row) => ({
      slotMs: Number(row['slot_ms']),
      pool: row['pool'] as string,
      action: row['action'] as string,
      key: row['key'] as string,
      usedMicros: (row['used_billions'] as bigint) * BILLION + (row['used_rest'] as bigint),
      calls: Number(row['calls']),
    })),
  }),
  accountIds: ({ after, limit }) => selectAccounts.all(after ?? '', limit).map((row) => row['id'] as string),
  keyOwner: ({ digest }) => (selectKey.get(digest)?.['id'] ?? null) as string | null,
  personal: ({ accountId, afterVersion, upToVersion }) =>
    selectPersonal.all(accountId, afterVersion, upToVersion).map((row) => row['position'] as number),
  tail: ({ after, limit }) => entryRows.range({ after, upTo: Number.MAX_SAFE_INTEGER, limit }),
  start: () => ({
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
    recent: database
      .prepare('SELECT hash FROM change WHERE run = 0')
      .all()
      .map((row) => row['hash'] as number),
    runs: database
      .prepare(
        'SELECT run, last_position AS lastPosition, last_at_ms AS lastAtMs, filter FROM change_run ORDER BY run',
      )
      .all() as unknown as ChangeRun[],
    erasing: database
      .prepare('SELECT mark, account_id AS accountId FROM journal.erasure ORDER BY mark')
      .all() as unknown as Erasing[],
  }),
  close: () => {
    database.close();
    return null;
  },
};

/** Every request sees one state of the files. */
serveThread(({ kind, request }: { kind: keyof ReadRequests; request: never }) => {
  if (kind === 'close') return handlers.close(null);
  database.exec('BEGIN');
  try {
    return handlers[kind](request);
  } finally {
    database.exec('COMMIT');
  }
});
