import { changeHash, mayContain } from './change-filter.ts';
import type { HashSet } from './hash-set.ts';
import { createHashSet } from './hash-set.ts';
import type { SegmentIds } from './segments/segment-writer.ts';

/** Changes of one chunk of those that no segment holds yet; a chunk is dropped whole when segments cover it. */
const CHUNK_CHANGES = 65_536;

/**
 * Says of a change's id whether the journal may hold it, without touching the disk: the newest ids as hashes, older ones
 * by their segments' filters. Bounded: a filter takes 20 bits a change, and that of a finished segment goes when it is
 * older than ids are kept.
 */
export interface ChangeIndex {
  readonly hashOf: (accountId: string, changeId: string) => number;
  /** Whether it is one of the hashes in memory; those of segments may still be. */
  readonly isRecent: (hash: number) => boolean;
  /** Of the segments: false is sure, true is a guess that is rarely wrong. */
  readonly mayBeOlder: (hash: number) => boolean;
  readonly add: (hash: number, position: number) => void;
  /** A segment was written, and takes the place of what it covers. */
  readonly addSegment: (ids: SegmentIds, nowMs: number) => void;
}

export function createChangeIndex({
  seed,
  segments,
  keptMs,
  finishedEntries,
}: {
  readonly seed: number;
  readonly segments: readonly SegmentIds[];
  /** How long an id is kept at least. */
  readonly keptMs: number;
  /** Entries of a segment that is finished. */
  readonly finishedEntries: number;
}): ChangeIndex {
  let kept = [...segments];
  const chunks: { readonly hashes: HashSet; lastPosition: number }[] = [];

  return {
    hashOf: (accountId, changeId) => changeHash(seed, accountId, changeId),
    isRecent: (hash) => {
      for (const { hashes } of chunks) if (hashes.has(hash)) return true;
      return false;
    },
    mayBeOlder: (hash) => {
      for (const { filter } of kept) if (mayContain(filter, hash)) return true;
      return false;
    },
    add: (hash, position) => {
      let chunk = chunks.at(-1);
      if (chunk === undefined || chunk.hashes.size() >= CHUNK_CHANGES) {
        chunk = { hashes: createHashSet(CHUNK_CHANGES), lastPosition: position };
        chunks.push(chunk);
      }
      chunk.hashes.add(hash);
      chunk.lastPosition = position;
    },
    addSegment: (ids, nowMs) => {
      while (chunks[0] !== undefined && chunks[0].lastPosition <= ids.upTo) chunks.shift();
      const isCovered = ({ after, upTo }: SegmentIds) => after >= ids.after && upTo <= ids.upTo;
      const isKept = ({ after, upTo, latestMs }: SegmentIds) =>
        upTo - after < finishedEntries || latestMs >= nowMs - keptMs;
      kept = [...kept.filter((one) => !isCovered(one)), ids].filter(isKept);
    },
  };
}
