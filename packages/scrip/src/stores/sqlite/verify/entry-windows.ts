import { RATE_CARD_STREAM } from '../../../core/account.ts';
import type { ChainedEntry } from '../../../ledger/chain-verifier.ts';
import { lineEndsOf, LINES } from '../entry-block.ts';
import type { EntryRows, Range } from '../entry-rows.ts';
import type { Share } from './share.ts';
import { isRangeInShare } from './share.ts';

/** Entries of a share that follow one another in the journal. */
export interface EntryWindow {
  /** The places that it covers, also those of entries that are not of the share. */
  readonly range: Range;
  /**
   * Visits the entries account by account, each account's in their order: what is known of an account comes from far
   * memory, and so comes once for several entries.
   */
  readonly each: (visit: (entry: ChainedEntry) => void) => void;
}

/** Blocks that do not stand where the one before them ends. */
export class MisplacedBlock extends Error {
  /** The first place that is empty, or taken twice. */
  readonly position: number;

  constructor(position: number, what: string) {
    super(what);
    this.name = 'MisplacedBlock';
    this.position = position;
  }
}

/** Of one window: a few megabytes, which the processor still has at hand, and several entries of an account that is often met. */
const MAX_BLOCKS = 1024;
/** Of one window, others' entries among them: the personal parts of all are read with it. */
const MAX_PLACES = 65_536;

/**
 * All entries of a share, a window at a time, each to be visited before the next is asked for. The rate card's entries
 * are in every share, and in windows of their own: what stands before one is priced without it. Throws `MisplacedBlock`.
 */
export function* entryWindows(
  entryRows: Pick<EntryRows, 'blocks'>,
  share: Share,
  range: Range,
): Generator<EntryWindow> {
  const window = createWindow(range.after);
  let last: number | null = null;
  try {
    // From the one that holds the entry before the range, so that none can overlap it.
    for (const block of entryRows.blocks({ after: range.after - 1, upTo: range.upTo })) {
      const { text } = block;
      const lineEnds = lineEndsOf(block);
      let position = block.lastPosition - lineEnds.length / LINES;
      const end = last ?? Math.min(position, range.after);
      if (position !== end)
        throw new MisplacedBlock(
          Math.min(position, end) + 1,
          position > end ? 'it is missing' : 'it stands twice',
        );
      last = block.lastPosition;
      for (let line = 0; line < lineEnds.length; line += LINES) {
        position += 1;
        if (position <= range.after || position > range.upTo) continue;
        const start = line === 0 ? 0 : (lineEnds[line - 1] as number) + 1;
        const end = lineEnds[line] as number;
        const isRateCard = isAt(text, { start, end }, RATE_CARD_STREAM);
        if (isRateCard) {
          yield window;
          window.clear();
        }
        if (isRateCard || isRangeInShare(share, text, { start, end }))
          window.add({ position, text, start, lineEnds, line });
        window.range.upTo = position;
        if (isRateCard) {
          yield window;
          window.clear();
        }
      }
      if (window.isFull()) {
        yield window;
        window.clear();
      }
    }
  } catch (error) {
    // What could be read is looked at before it is said that no more can be.
    yield window;
    throw error;
  }
  yield window;
}

/** Entries are sorted by a hash of their account that is this short: it does no harm when two accounts have one. */
const BUCKETS = 4096;

/** What is kept of an entry: its position, its text, where it begins in that, and where its four lines end. */
const NUMBERS = 7;

function createWindow(after: number) {
  const range = { after, upTo: after };
  // Longer than what is in them, so that no window makes them anew.
  const texts: string[] = [];
  const buckets: number[] = [];
  let places = new Float64Array(NUMBERS * 65_536);
  let sorted = new Float64Array(places.length);
  let blocks = 0;
  let entries = 0;

  /** Brings the numbers of the entries into the order in which these are visited. */
  function sort(): void {
    const next = new Int32Array(BUCKETS + 1);
    for (let entry = 0; entry < entries; entry += 1) {
      const bucket = buckets[entry] as number;
      next[bucket + 1] = (next[bucket + 1] as number) + 1;
    }
    for (let bucket = 1; bucket < BUCKETS; bucket += 1)
      next[bucket] = (next[bucket] as number) + (next[bucket - 1] as number);
    if (sorted.length < places.length) sorted = new Float64Array(places.length);
    for (let entry = 0; entry < entries; entry += 1) {
      const bucket = buckets[entry] as number;
      const to = next[bucket] as number;
      for (let number = 0; number < NUMBERS; number += 1)
        sorted[to * NUMBERS + number] = places[entry * NUMBERS + number] as number;
      next[bucket] = to + 1;
    }
  }

  return {
    range,
    isFull: () => blocks >= MAX_BLOCKS || range.upTo - range.after >= MAX_PLACES,
    clear: () => {
      range.after = range.upTo;
      blocks = 0;
      entries = 0;
    },
    /** `line`: the entry's first one. */
    add: ({ position, text, start, lineEnds, line }: Placed) => {
      if (blocks === 0 || texts[blocks - 1] !== text) {
        texts[blocks] = text;
        blocks += 1;
      }
      const at = entries * NUMBERS;
      if (at === places.length) {
        const larger = new Float64Array(at * 2);
        larger.set(places);
        places = larger;
      }
      places[at] = position;
      places[at + 1] = blocks - 1;
      places[at + 2] = start;
      for (let end = 0; end < LINES; end += 1) places[at + 3 + end] = lineEnds[line + end] as number;
      buckets[entries] = bucketOf(text, { start, end: lineEnds[line] as number });
      entries += 1;
    },
    each: (visit: (entry: ChainedEntry) => void) => {
      sort();
      let accountId = '';
      for (let at = 0; at < entries * NUMBERS; at += NUMBERS) {
        const text = texts[sorted[at + 1] as number] as string;
        const start = sorted[at + 2] as number;
        const end = sorted[at + 3] as number;
        const versionEnd = sorted[at + 4] as number;
        const bodyEnd = sorted[at + 5] as number;
        if (!isAt(text, { start, end }, accountId)) accountId = text.slice(start, end);
        visit({
          position: sorted[at] as number,
          accountId,
          version: Number(text.slice(end + 1, versionEnd)),
          body: text.slice(versionEnd + 1, bodyEnd),
          hash: text.slice(bodyEnd + 1, sorted[at + 6]),
          // Its lines stand together in the block, behind a line break but for the first entry.
          link: start === 0 ? `\n${text.slice(0, bodyEnd)}` : text.slice(start - 1, bodyEnd),
        });
      }
    },
  };
}

interface Placed {
  readonly position: number;
  readonly text: string;
  readonly start: number;
  readonly lineEnds: readonly number[];
  readonly line: number;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function isAt(text: string, { start, end }: Place, accountId: string): boolean {
  return end - start === accountId.length && text.startsWith(accountId, start);
}

function bucketOf(text: string, { start, end }: Place): number {
  let hash = 0;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x9e3779b1);
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1);
}
