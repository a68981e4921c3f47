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

/** A segment's ids, and when they may be forgotten. */
interface KeptIds extends SegmentIds {
  readonly untilMs: number;
}

export function createChangeIndex({
  seed,
  segments,
  lastPosition,
  keptMs,
  finishedEntries,
}: {
  readonly seed: number;
  readonly segments: readonly SegmentIds[];
  /** The last entry that there was at the start: those after it are made by this process. */
  readonly lastPosition: number;
  /** How long an id is kept at least. */
  readonly keptMs: number;
  /** Entries of a segment that is finished. */
  readonly finishedEntries: number;
}): ChangeIndex {
  let kept = segments.map((ids) => keep(ids, -Infinity));
  const chunks: { readonly hashes: HashSet; lastPosition: number }[] = [];

  /** What entries say of their time is what the clock said, which may have been wrong: own ones are kept from now on. */
  function keep(ids: SegmentIds, nowMs: number): KeptIds {
    const fromMs = ids.upTo > lastPosition ? Math.max(nowMs, ids.latestMs) : ids.latestMs;
    return { ...ids, untilMs: fromMs + keptMs };
  }

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
      const isKept = ({ after, upTo, untilMs }: KeptIds) =>
        upTo - after < finishedEntries || untilMs >= nowMs;
      kept = [...kept.filter((one) => !isCovered(one)), keep(ids, nowMs)].filter(isKept);
    },
  };
}
