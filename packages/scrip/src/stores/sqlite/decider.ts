import { encodeState } from '../../core/entry-format.ts';
import type {
  AppendedEntry,
  ChainedState,
  ChangeRequest,
  Decide,
  Decided,
  Settled,
  Store,
} from '../../ledger/store.ts';
import type { CachedAccount } from './account-cache.ts';
import type { SnapshotRow } from './deriver-thread.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { DiskFinds, MissingReads, Sources } from './load-request.ts';
import { emptyFinds, forgetPrior, loadRequest } from './load-request.ts';
import { isSnapshotDue } from './snapshot-due.ts';

/** A state that was decided, and the account that it is to be durable of. */
interface Kept {
  readonly account: CachedAccount;
  readonly next: ChainedState;
}

/** Requests of one call, and what became of them: only what is durable stands here. */
interface Batch<R> {
  readonly requests: readonly ChangeRequest[];
  readonly decide: Decide<R>;
  readonly settled: (Settled<R> | undefined)[];
  readonly finds: DiskFinds;
}

/** One look at the requests of a batch. */
interface Round<R> {
  /** By their places in the batch. */
  readonly decided: ReadonlyMap<number, Settled<R>>;
  /** Places of those that wait, because they lack something or because an earlier one of their account does. */
  readonly left: readonly number[];
  readonly entries: readonly AppendedEntry[];
  readonly kept: readonly Kept[];
  /** What those that are left lack. */
  readonly missing: MissingReads;
}

const NO_ACCOUNTS: ReadonlyMap<string, number> = new Map();

/**
 * Decides requests against memory and has what is decided made durable, in that order. A request that needs a read of
 * the disk waits for it beside the others: only those of its account stay behind it, so that each account's keep their
 * order.
 */
export interface Decider {
  readonly decide: Store['transact'];
  /** The last position that has been given out. */
  readonly position: () => number;
}

export function createDecider({
  sources,
  writer,
  lastPosition,
  snapshotEvery,
  keepSnapshots,
  onKeyChanged,
}: {
  readonly sources: Sources;
  readonly writer: JournalWriter;
  readonly lastPosition: number;
  readonly snapshotEvery: number;
  readonly keepSnapshots: (rows: readonly SnapshotRow[], upTo: number) => void;
  /** A key was added or revoked, and that is durable. */
  readonly onKeyChanged: (digest: string) => void;
}): Decider {
  const { cache, tail, index } = sources;
  let position = lastPosition;
  let lastTurn = Promise.resolve();
  /** How many requests of an account wait for the disk. */
  const waiting = new Map<string, number>();

  /** Makes a decision the base of the next ones, before it is durable. */
  function keep(
    account: CachedAccount | null,
    {
      entries,
      next,
      changeHash,
    }: { entries: readonly AppendedEntry[]; next: ChainedState; changeHash: number },
  ): CachedAccount {
    for (const appended of entries) {
      position += 1;
      // Of the entries, only the command's own bears the change; the others are time's.
      const ownHash = appended.entry.change === null ? null : changeHash;
      tail.append(position, appended, ownHash);
      if (ownHash !== null) index.add(ownHash, position);
    }
    const kept = account ?? cache.create(next.state.id, next);
    kept.decided = next;
    kept.lastPosition = position;
    return kept;
  }

  /** Resolves when the entries, and all that was decided before them, are durable; then readers see them. */
  async function makeDurable({ entries, kept }: Round<unknown>): Promise<void> {
    const upTo = position;
    await writer.append(entries, upTo);
    for (const { entry } of entries)
      if (entry.kind === 'KeyAdded' || entry.kind === 'KeyRevoked') onKeyChanged(entry.digest);
    for (const { account, next } of kept) account.durable = next.state;
    const snapshots: SnapshotRow[] = [];
    for (const { account, next } of kept) {
      const { state, hash } = next;
      // Of several states in one batch, the last is worth a snapshot.
      const since = state.version - account.snapshotVersion;
      if (account.durable !== state || !isSnapshotDue(state, { since, every: snapshotEvery })) continue;
      account.snapshotVersion = state.version;
      snapshots.push({ accountId: state.id, version: state.version, state: encodeState(state), hash });
    }
    if (snapshots.length > 0) keepSnapshots(snapshots, upTo);
  }

  /** Settles what was decided when it is durable, or cannot be. */
  async function commit<R>({ settled }: Batch<R>, round: Round<R>): Promise<void> {
    try {
      await makeDurable(round);
      for (const [at, one] of round.decided) settled[at] = one;
    } catch (error) {
      for (const at of round.decided.keys()) settled[at] = { error };
    }
  }

  /** Batches whose requests wait decide these one after the other. */
  function takeTurn(): { readonly come: Promise<void>; readonly end: () => void } {
    const come = lastTurn;
    const { promise, resolve: end } = Promise.withResolvers<void>();
    lastTurn = promise;
    return { come, end };
  }

  /** Decides those of some requests that lack nothing, in their order; none of an account that is held back. */
  function decideReady<R>(
    { requests, decide, finds }: Batch<R>,
    places: Iterable<number>,
    heldBack: ReadonlyMap<string, number>,
  ): Round<R> {
    const decided = new Map<number, Settled<R>>();
    const left: number[] = [];
    const entries: AppendedEntry[] = [];
    const kept: Kept[] = [];
    const missing: MissingReads = new Map();
    const lacking = new Set<string>();
    for (const at of places) {
      const request = requests[at] as ChangeRequest;
      const { accountId, change } = request;
      if (heldBack.has(accountId)) {
        left.push(at);
        continue;
      }
      const changeHash = index.hashOf(accountId, change.id);
      let found: ReturnType<typeof loadRequest>;
      let one: Decided<R>;
      try {
        // Also of those behind one that waits: what they lack is read at the same time.
        found = loadRequest(request, changeHash, { sources, finds, missing });
        if (found === null || lacking.has(accountId)) {
          left.push(at);
          lacking.add(accountId);
          continue;
        }
        one = decide(request, found.loaded);
      } catch (error) {
        // What it needs cannot be read, or a bug: nothing is kept of it, and the others go on.
        decided.set(at, { error });
        continue;
      }
      const { outcome, entries: appended, next } = one;
      decided.set(at, { outcome });
      if (next === null) continue;
      kept.push({ account: keep(found.account, { entries: appended, next, changeHash }), next });
      for (const entry of appended) entries.push(entry);
      forgetPrior(finds, accountId, change.id);
    }
    return { decided, left, entries, kept, missing };
  }

  /** Decides what a first look left as the disk gives what it lacks; fills the places that are empty. */
  async function decideLeft<R>(batch: Batch<R>, { left, missing }: Round<R>): Promise<void> {
    const accountOf = (at: number) => (batch.requests[at] as ChangeRequest).accountId;
    for (const at of left) waiting.set(accountOf(at), (waiting.get(accountOf(at)) ?? 0) + 1);
    const turn = takeTurn();
    // From the first look into memory to the last, the tail must not lose what a read of the disk may still miss.
    const unpin = tail.pin();
    const commits: Promise<void>[] = [];
    try {
      await Promise.all([turn.come, readAll(missing)]);
      for (let places = left; places.length > 0;) {
        const round = decideReady(batch, places, NO_ACCOUNTS);
        for (const at of round.decided.keys()) letGo(accountOf(at));
        commits.push(commit(batch, round));
        places = round.left;
        if (places.length > 0) await readAll(round.missing);
      }
    } finally {
      turn.end();
      unpin();
    }
    await Promise.all(commits);
  }

  function letGo(accountId: string): void {
    const others = (waiting.get(accountId) ?? 0) - 1;
    if (others > 0) waiting.set(accountId, others);
    else waiting.delete(accountId);
  }

  return {
    position: () => position,
    decide: async <R>(requests: readonly ChangeRequest[], decide: Decide<R>) => {
      const settled = requests.map((): Settled<R> | undefined => undefined);
      const batch = { requests, decide, settled, finds: emptyFinds() };
      const round = decideReady(batch, requests.keys(), waiting);
      const durable = commit(batch, round);
      const later = round.left.length === 0 ? null : decideLeft(batch, round);
      await durable;
      return { settled, later };
    },
  };
}

async function readAll(missing: MissingReads): Promise<void> {
  await Promise.all([...missing.values()].map((read) => read()));
}
