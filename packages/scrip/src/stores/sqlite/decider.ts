import { encodeState } from '../../core/entry-format.ts';
import type { AppendedEntry, ChainedState, ChangeRequest, Decided, Loaded } from '../../ledger/store.ts';
import type { CachedAccount } from './account-cache.ts';
import type { SnapshotRow } from './deriver-thread.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { Sources } from './load-request.ts';
import { emptyFinds, loadRequest } from './load-request.ts';

/** Decides batches against memory and has them made durable, in that order. */
export interface Decider {
  readonly decide: <R>(
    requests: readonly ChangeRequest[],
    decide: (request: ChangeRequest, loaded: Loaded) => Decided<R>,
  ) => Promise<R[]>;
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

  /** Makes a decision the base of the next ones, before it is durable. */
  function keep(accountId: string, entries: readonly AppendedEntry[], next: ChainedState): void {
    for (const { entry, personal, hash } of entries) {
      position += 1;
      tail.append({ position, recorded: { entry, personal, hash } });
      if (entry.change !== null) index.add(accountId, entry.change.id, position);
    }
    const account = cache.get(accountId);
    if (account === undefined) cache.create(accountId, next);
    else account.decided = next;
  }

  /** Resolves when the entries, and all that was decided before them, are durable; then readers see them. */
  async function commit(
    entries: readonly AppendedEntry[],
    changed: ReadonlyMap<string, ChainedState>,
  ): Promise<void> {
    await writer.append(entries, position);
    for (const { entry } of entries)
      if (entry.kind === 'KeyAdded' || entry.kind === 'KeyRevoked') onKeyChanged(entry.digest);
    const snapshots: SnapshotRow[] = [];
    for (const [accountId, { state, hash }] of changed) {
      const account = cache.get(accountId);
      if (account === undefined) continue;
      account.durable = state;
      if (!isSnapshotDue(account, state, snapshotEvery)) continue;
      account.snapshotVersion = state.version;
      snapshots.push({ accountId, version: state.version, state: encodeState(state), hash });
    }
    if (snapshots.length > 0) keepSnapshots(snapshots);
  }

  return {
    position: () => position,
    decide: async <R>(
      requests: readonly ChangeRequest[],
      decide: (request: ChangeRequest, loaded: Loaded) => Decided<R>,
    ) => {
      const outcomes: R[] = [];
      const finds = emptyFinds();
      // From the first look into memory to the last, the tail must not lose what a read of the disk may still miss.
      const unpin = tail.pin();
      try {
        let waiting = requests.map((request, at) => ({ request, at }));
        while (waiting.length > 0) {
          const entries: AppendedEntry[] = [];
          const changed = new Map<string, ChainedState>();
          const reads: (() => Promise<void>)[] = [];
          const undecided: typeof waiting = [];
          for (const { request, at } of waiting) {
            const result = loadRequest(request, sources, finds);
            if ('missing' in result) {
              reads.push(...result.missing);
              undecided.push({ request, at });
              continue;
            }
            const { outcome, entries: appended, next } = decide(request, result.loaded);
            outcomes[at] = outcome;
            if (next === null) continue;
            keep(request.accountId, appended, next);
            changed.set(request.accountId, next);
            for (const entry of appended) entries.push(entry);
          }
          // What is read decides nothing by itself: a commit that fails meanwhile fails the whole batch.
          await Promise.all([commit(entries, changed), ...reads.map((read) => read())]);
          waiting = undecided;
        }
        return outcomes;
      } finally {
        unpin();
      }
    },
  };
}

function isSnapshotDue(
  account: CachedAccount,
  { version, holds, pools }: ChainedState['state'],
  snapshotEvery: number,
): boolean {
  const lots = pools.reduce((count, pool) => count + pool.lots.length, 0);
  // A large state is written more rarely, so that snapshots cost each entry about the same.
  return version - account.snapshotVersion >= Math.max(snapshotEvery, lots + (holds?.size ?? 0));
}
