import { changeHash, mayContain } from './change-filter.ts';
import type { ChangeRun } from './deriver-thread.ts';

/** Changes of one chunk of the newest run; a chunk is dropped whole when a run of its own covers it. */
const CHUNK_CHANGES = 65_536;

/**
 * Says of a change's id whether the journal may hold it, without touching the disk: the ids of the newest run as
 * hashes, older ones by their runs' filters. Bounded: a filter takes 10 bits a change, and goes when its run is older
 * than ids are kept.
 */
export interface ChangeIndex {
  readonly mayHold: (accountId: string, changeId: string) => boolean;
  readonly hashOf: (accountId: string, changeId: string) => number;
  readonly add: (accountId: string, changeId: string, position: number) => void;
  readonly closeRun: (run: ChangeRun, nowMs: number) => void;
}

export function createChangeIndex({
  seed,
  recent,
  runs,
  keptMs,
}: {
  readonly seed: number;
  readonly recent: readonly number[];
  readonly runs: readonly ChangeRun[];
  /** How long an id is kept at least. */
  readonly keptMs: number;
}): ChangeIndex {
  let kept = [...runs];
  let chunks: { readonly hashes: Set<number>; lastPosition: number }[] = [
    { hashes: new Set(recent), lastPosition: 0 },
  ];

  return {
    hashOf: (accountId, changeId) => changeHash(seed, accountId, changeId),
    mayHold: (accountId, changeId) => {
      const hash = changeHash(seed, accountId, changeId);
      return (
        chunks.some(({ hashes }) => hashes.has(hash)) || kept.some(({ filter }) => mayContain(filter, hash))
      );
    },
    add: (accountId, changeId, position) => {
      let chunk = chunks.at(-1);
      if (chunk === undefined || chunk.hashes.size >= CHUNK_CHANGES) {
        chunk = { hashes: new Set(), lastPosition: position };
        chunks.push(chunk);
      }
      chunk.hashes.add(changeHash(seed, accountId, changeId));
      chunk.lastPosition = position;
    },
    closeRun: (run, nowMs) => {
      chunks = chunks.filter(({ lastPosition }) => lastPosition > run.lastPosition);
      kept = [...kept, run].filter(({ lastAtMs }) => lastAtMs >= nowMs - keptMs);
    },
  };
}
