import type { DatabaseSync } from 'node:sqlite';
import { addToFilter, filterBytes } from '../change-filter.ts';
import { readSeal } from '../seal.ts';
import { sealedAtMs } from '../seed-derived.ts';
import type { IndexName } from '../segments/segment-indexes.ts';
import { INDEX_COLUMNS, INDEX_NAMES } from '../segments/segment-indexes.ts';
import type { Segment } from '../segments/segment-set.ts';
import { createSegmentSet } from '../segments/segment-set.ts';
import type { SegmentSums } from './derived-sums.ts';
import type { SegmentPlan } from './pinned-derived.ts';
import { readIndex } from './read-index.ts';
import { isSameSum, noSums } from './row-digest.ts';
import { createRowComparison } from './row-comparison.ts';
import type { Share } from './share.ts';
import type { ProjectionFlaw } from './verification.ts';

/** What segments are compared with: the journal, and the sums that its entries make. */
export interface SegmentBasis {
  readonly journal: DatabaseSync;
  readonly plan: SegmentPlan;
  /** In the order of the segments. */
  readonly sums: readonly SegmentSums[];
  /** The latest time of the entries of each segment, but for sealed ones. */
  readonly latestMs: readonly number[];
  /** Which of the threads that have the same segments before them this is: each reads other indexes. */
  readonly part: Share;
}

/** Of two flaws of one table, that in the first segment is told; one that is in none comes before them. */
export interface SegmentFlaw extends ProjectionFlaw {
  readonly segment?: number;
}

/**
 * Reads every page of every segment, all parts together, and compares what it finds with the journal's sums. Only where
 * they differ are the rows of a segment made again and compared one by one. Gives the first flaw of each index.
 */
export function compareSegments(derived: DatabaseSync, basis: SegmentBasis): SegmentFlaw[] {
  const { plan, part } = basis;
  const segments = createSegmentSet(derived)();
  const flaws = new Map<string, SegmentFlaw>();
  const note = (segment: number, flaw: ProjectionFlaw | null) => {
    if (flaw !== null && !flaws.has(flaw.table)) flaws.set(flaw.table, { ...flaw, segment });
  };
  for (const [at, segment] of segments.entries()) {
    if (part.index === 0)
      note(at, placeFlaw(segment, segments[at - 1]?.upTo ?? 0) ?? timeFlaw(segment, basis, at));
    for (const [place, name] of INDEX_NAMES.entries()) {
      // The indexes that are large in one segment are so in the next too.
      if ((at + place) % part.of !== part.index) continue;
      const filter = name === 'change' ? createFilterCheck(derived, segment) : null;
      const found = readIndex(derived, segment, name, filter?.add);
      const sums = (basis.sums[at] ?? noSums())[name];
      if (!flaws.has(name) && (found.flaw !== null || !isSameSum(found.sums, sums, name)))
        note(at, indexFlaw(derived, { basis, segment, name, what: found.flaw }));
      note(at, filter?.flaw() ?? null);
    }
  }
  if (part.index === 0)
    for (const flaw of [endFlaw(segments, plan), strayIndex(derived), strayPage(derived)])
      note(segments.length, flaw);
  return [...flaws.values()];
}

function endFlaw(segments: readonly Segment[], { checkpoint }: SegmentPlan): ProjectionFlaw | null {
  const end = segments.at(-1)?.upTo ?? 0;
  const what = `they end at entry ${end} and not at ${checkpoint}`;
  return end === checkpoint ? null : { table: 'segment', row: null, what };
}

function nameOf({ after, upTo }: Segment): string {
  return `entries ${after + 1} to ${upTo}`;
}

/** Names the row for which an index is wrong; `what`: what is wrong with it as a whole. */
function indexFlaw(
  derived: DatabaseSync,
  {
    basis,
    segment,
    name,
    what,
  }: { basis: SegmentBasis; segment: Segment; name: IndexName; what: string | null },
): ProjectionFlaw {
  const row = createRowComparison(derived, basis).firstWrongRow(segment, name);
  return { table: name, row: nameOf(segment), what: what ?? 'its rows do not add up', ...row };
}

function ofSegment(segment: Segment, what: string): ProjectionFlaw {
  return { table: 'segment', row: nameOf(segment), what };
}

function placeFlaw(segment: Segment, end: number): ProjectionFlaw | null {
  const { after, upTo } = segment;
  return after === end && upTo > after
    ? null
    : ofSegment(segment, `it does not begin where the one before it ends, at ${end}`);
}

function timeFlaw(segment: Segment, { journal, latestMs }: SegmentBasis, at: number): ProjectionFlaw | null {
  const seal = readSeal(journal);
  const sealedMs = seal !== null && segment.after < seal.position ? sealedAtMs(journal, 'main') : -Infinity;
  return segment.latestMs === Math.max(sealedMs, latestMs[at] ?? -Infinity)
    ? null
    : ofSegment(segment, 'it says another time of its latest entry');
}

/** Makes the filter of a segment again from the rows of its changes. */
function createFilterCheck(derived: DatabaseSync, segment: Segment) {
  const row = derived.prepare('SELECT filter FROM segment WHERE segment = ?').get(segment.segment);
  const stored = row?.['filter'] as Uint8Array;
  const filter = new Uint8Array(stored.length);
  return {
    add: (rows: Float64Array) => {
      for (let at = 0; at < rows.length; at += INDEX_COLUMNS.change) addToFilter(filter, rows[at] as number);
    },
    flaw: () =>
      Buffer.from(stored).equals(filter) && stored.length === filterLength(segment)
        ? null
        : ofSegment(segment, 'its filter is not that of the ids that it holds'),
  };
}

/** The bytes of a filter for as many changes as a segment says that it has. */
function filterLength({ indexes }: Segment): number {
  return filterBytes(indexes.get('change')?.rows ?? 0);
}

/** An index that no segment has. */
function strayIndex(derived: DatabaseSync): ProjectionFlaw | null {
  const names = INDEX_NAMES.map((name) => `'${name}'`).join();
  const index = derived
    .prepare(
      `SELECT name FROM segment_index
       WHERE segment NOT IN (SELECT segment FROM segment) OR name NOT IN (${names}) LIMIT 1`,
    )
    .get();
  return index === undefined
    ? null
    : { table: 'segment_index', row: String(index['name']), what: 'there is no such index' };
}

/** A page that no index has: one that lies between the pages of two indexes. */
function strayPage(derived: DatabaseSync): ProjectionFlaw | null {
  const ranges = derived
    .prepare('SELECT first_page AS page, length(fences) / 16 AS pages FROM segment_index ORDER BY 1')
    .all() as unknown as { readonly page: number; readonly pages: number }[];
  const select = derived.prepare(
    'SELECT page FROM segment_page WHERE page >= ? AND page < ? ORDER BY 1 LIMIT 1',
  );
  let from = Number.MIN_SAFE_INTEGER;
  for (const { page, pages } of [...ranges, { page: Number.MAX_SAFE_INTEGER, pages: 0 }]) {
    const stray = select.get(from, page)?.['page'];
    if (stray !== undefined)
      return { table: 'segment_page', row: `page ${String(stray)}`, what: 'it belongs to no segment' };
    from = Math.max(from, page + pages);
  }
  return null;
}
