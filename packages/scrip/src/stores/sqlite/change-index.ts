import { changeHash, mayContain } from './change-filter.ts';
import type { ChangeRun } from './deriver-thread.ts';
import type { HashSet } from './hash-set.ts';
import { createHashSet } from './hash-set.ts';

/**
 * Changes of one chunk of the newest run, about as many as a run has: each look-up asks every chunk, and every one is
 * another miss of the processor's cache. A chunk is dropped whole when a run of its own covers it.
 */
const CHUNK_CHANGES = 262_144;

/**
 * Says of a change's id whether the journal may hold it, without touching the disk: the ids of the newest run as
 * hashes, older ones by their runs' filters. Bounded: a filter takes 10 bits a change, and goes when its run is older
 * than ids are kept.
 */
export interface ChangeIndex {
  readonly hashOf: (accountId: string, changeId: string) => number;
  readonly mayHold: (hash: number) => boolean;
  readonly add: (hash: number, position: number) => void;
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
  const chunks: { readonly hashes: HashSet; lastPosition: number }[] = [chunkOf(recent)];

  return {
    hashOf: (accountId, changeId) => changeHash(seed, accountId, changeId),
    mayHold: (hash) => {
      for (const { hashes } of chunks) if (hashes.has(hash)) return true;
      for (const { filter } of kept) if (mayContain(filter, hash)) return true;
      return false;
    },
    add: (hash, position) => {
      let chunk = chunks.at(-1);
      if (chunk === undefined || chunk.hashes.size() >= CHUNK_CHANGES) {
        chunk = chunkOf([]);
        chunks.push(chunk);
      }
      chunk.hashes.add(hash);
      chunk.lastPosition = position;
    },
    closeRun: (run, nowMs) => {
      while (chunks[0] !== undefined && chunks[0].lastPosition <= run.lastPosition) chunks.shift();
      kept = [...kept, run].filter(({ lastAtMs }) => lastAtMs >= nowMs - keptMs);
    },
  };
}

function chunkOf(known: readonly number[]) {
  const hashes = createHashSet(Math.max(CHUNK_CHANGES, known.length));
  for (const hash of known) hashes.add(hash);
  return { hashes, lastPosition: 0 };
}
