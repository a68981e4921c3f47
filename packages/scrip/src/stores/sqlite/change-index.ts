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
  /** No change after this is forgotten; -Infinity where none is. */
  readonly forgottenMs: () => number;
  readonly add: (hash: number, position: number) => void;
  /** A segment was written, and takes the place of what it covers. */
  readonly addSegment: (ids: SegmentIds, now: Instant) => void;
}

/** An instant by the clock, which somebody may set, and by a time that goes on evenly. */
export interface Instant {
  readonly clockMs: number;
  readonly evenMs: number;
}

/** A segment's ids, and until when they are kept. */
interface KeptIds extends SegmentIds {
  readonly until: Instant;
}

export function createChangeIndex({
  seed,
  segments,
  forgottenMs,
  lastPosition,
  startedAt,
  keptMs,
  finishedEntries,
}: {
  readonly seed: number;
  readonly segments: readonly SegmentIds[];
  /** The latest time of the segments that are not among them; -Infinity where there are none. */
  readonly forgottenMs: number;
  /** The last entry that there was at the start: those after it are made by this process. */
  readonly lastPosition: number;
  readonly startedAt: Instant;
  /** How long an id is kept at least. */
  readonly keptMs: number;
  /** Entries of a segment that is finished. */
  readonly finishedEntries: number;
}): ChangeIndex {
  // Where the newest entry is older, the ledger was not used since then, or the clock is ahead: ids are kept longer.
  const newestMs = segments.length === 0 ? Infinity : Math.max(...segments.map(({ latestMs }) => latestMs));
  const recordedMs = Math.min(startedAt.clockMs, newestMs);
  let kept = segments.map((ids) => keep(ids, startedAt));
  let lastForgottenMs = forgottenMs;
  const chunks: { readonly hashes: HashSet; lastPosition: number }[] = [];

  /**
   * What this process made is as old as it is here, whatever the entries say of their time: an account's may be far
   * ahead for ever. What was there before is only known by that.
   */
  function keep(ids: SegmentIds, { clockMs, evenMs }: Instant): KeptIds {
    if (ids.upTo > lastPosition)
      return { ...ids, until: { clockMs: clockMs + keptMs, evenMs: evenMs + keptMs } };
    const ageMs = Math.max(0, recordedMs - ids.latestMs);
    return { ...ids, until: { clockMs: -Infinity, evenMs: startedAt.evenMs - ageMs + keptMs } };
  }

  /**
   * By both, so that a clock set ahead forgets nothing, and one set back by some hours does not let an id be used again
   * that the entries say was used that day. Twice the time is enough however far back it was set.
   */
  function isPast(until: Instant, now: Instant): boolean {
    const isPastByClock = now.clockMs > until.clockMs || now.evenMs > until.evenMs + keptMs;
    return now.evenMs > until.evenMs && isPastByClock;
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
    forgottenMs: () => lastForgottenMs,
    add: (hash, position) => {
      let chunk = chunks.at(-1);
      if (chunk === undefined || chunk.hashes.size() >= CHUNK_CHANGES) {
        chunk = { hashes: createHashSet(CHUNK_CHANGES), lastPosition: position };
        chunks.push(chunk);
      }
      chunk.hashes.add(hash);
      chunk.lastPosition = position;
    },
    addSegment: (ids, now) => {
      while (chunks[0] !== undefined && chunks[0].lastPosition <= ids.upTo) chunks.shift();
      const isCovered = ({ after, upTo }: SegmentIds) => after >= ids.after && upTo <= ids.upTo;
      const isKept = ({ after, upTo, until }: KeptIds) =>
        upTo - after < finishedEntries || !isPast(until, now);
      const all = [...kept.filter((one) => !isCovered(one)), keep(ids, now)];
      kept = all.filter(isKept);
      for (const one of all) if (!isKept(one)) lastForgottenMs = Math.max(lastForgottenMs, one.latestMs);
    },
  };
}
