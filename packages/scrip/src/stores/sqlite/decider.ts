import { encodeState } from '../../core/entry-format.ts';
import type {
  AppendedEntry,
  ChainedState,
  ChangeRequest,
  Decided,
  Loaded,
  Settled,
} from '../../ledger/store.ts';
import type { CachedAccount } from './account-cache.ts';
import type { SnapshotRow } from './deriver-thread.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { DiskFinds, MissingReads, Sources } from './load-request.ts';
import { emptyFinds, loadRequest } from './load-request.ts';
import { isSnapshotDue } from './snapshot-due.ts';

/** A state that was decided, and the account that it is to be durable of. */
interface Kept {
  readonly account: CachedAccount;
  readonly next: ChainedState;
}

/** Decides batches against memory and has them made durable, in that order. */
export interface Decider {
  readonly decide: <R>(
    requests: readonly ChangeRequest[],
    decide: (request: ChangeRequest, loaded: Loaded) => Decided<R>,
  ) => Promise<Settled<R>[]>;
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
  readonly keepSnapshots: (rows: readonly SnapshotRow[]) => void;
  /** A key was added or revoked, and that is durable. */
  readonly onKeyChanged: (digest: string) => void;
}): Decider {
  const { cache, tail, index } = sources;
  let position = lastPosition;
  let lastTurn = Promise.resolve();

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
  async function commit(entries: readonly AppendedEntry[], kept: readonly Kept[]): Promise<void> {
    await writer.append(entries, position);
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
    if (snapshots.length > 0) keepSnapshots(snapshots);
  }

  /** Batches decide one after the other: a later one begins when the one before it has decided its last request. */
  function takeTurn(): { readonly come: Promise<void>; readonly end: () => void } {
    const come = lastTurn;
    let end = () => {};
    lastTurn = new Promise((resolve) => {
      end = resolve;
    });
    return { come, end };
  }

  /** Decides requests from `first` on, up to one that lacks something, and lists what it and those after it lack. */
  function decideReady<R>(
    { requests, first, finds }: { requests: readonly ChangeRequest[]; first: number; finds: DiskFinds },
    decide: (request: ChangeRequest, loaded: Loaded) => Decided<R>,
  ) {
    const settled: Settled<R>[] = [];
    const entries: AppendedEntry[] = [];
    const kept: Kept[] = [];
    const missing: MissingReads = new Map();
    for (let at = first; at < requests.length; at += 1) {
      const request = requests[at] as ChangeRequest;
      const changeHash = index.hashOf(request.accountId, request.change.id);
      let found: ReturnType<typeof loadRequest>;
      let decided: Decided<R>;
      try {
        found = loadRequest(request, changeHash, { sources, finds, missing });
        // No request overtakes one that waits for the disk.
        if (missing.size > 0) continue;
        decided = decide(request, found.loaded);
      } catch (error) {
        // What it needs cannot be read, or a bug: nothing is kept of it, and the others go on.
        if (missing.size === 0) settled.push({ error });
        continue;
      }
      const { outcome, entries: appended, next } = decided;
      settled.push({ outcome });
      if (next === null) continue;
      kept.push({ account: keep(found.account, { entries: appended, next, changeHash }), next });
      for (const entry of appended) entries.push(entry);
    }
    return { settled, entries, kept, missing };
  }

  return {
    position: () => position,
    decide: async <R>(
      requests: readonly ChangeRequest[],
      decide: (request: ChangeRequest, loaded: Loaded) => Decided<R>,
    ) => {
      const settled: Settled<R>[] = [];
      const finds = emptyFinds();
      const turn = takeTurn();
      // From the first look into memory to the last, the tail must not lose what a read of the disk may still miss.
      const unpin = tail.pin();
      try {
        await turn.come;
        for (;;) {
          const first = settled.length;
          const decided = decideReady({ requests, first, finds }, decide);
          if (decided.missing.size === 0) turn.end();
          try {
            const reads = [...decided.missing.values()].map((read) => read());
            await Promise.all([commit(decided.entries, decided.kept), ...reads]);
          } catch (error) {
            // Also those that were not decided yet; what earlier rounds made durable stands.
            for (let at = first; at < requests.length; at += 1) settled.push({ error });
            return settled;
          }
          for (const one of decided.settled) settled.push(one);
          if (decided.missing.size === 0) return settled;
        }
      } finally {
        turn.end();
        unpin();
      }
    },
  };
}
