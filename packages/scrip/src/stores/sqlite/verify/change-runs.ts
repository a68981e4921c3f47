import type { DatabaseSync } from 'node:sqlite';
import { buildFilter } from '../change-filter.ts';
import type { Sums } from './projection.ts';
import { PRIME } from './projection.ts';
import type { ProjectionFlaw } from './verification.ts';

/** A run of ids of changes, as the derived tables describe it: it begins behind the run before it. */
export interface RunEnd {
  readonly run: number;
  readonly lastPosition: number;
}

/** What is said of a run in `change`: SQL for the sums that `addChange` makes. */
const RUN_SUM = `sum(((hash % ${PRIME}) * ((position & 1048575) | 1) + (position % ${PRIME}) * ((hash & 1048575) | 1)) % ${PRIME})`;

/** Adds a change to the sums of its run. */
export function addChange(sums: Sums, hash: number, position: number): void {
  const row = (hash % PRIME) * ((position & 1_048_575) | 1) + (position % PRIME) * ((hash & 1_048_575) | 1);
  sums.rows += 1;
  sums.sum = (sums.sum + (row % PRIME)) % PRIME;
}

/** The runs with their ends, the newest, which has none yet, last. */
export function readRunEnds(derived: DatabaseSync): RunEnd[] {
  const ends = derived
    .prepare('SELECT run, last_position AS lastPosition FROM change_run ORDER BY run')
    .all();
  return [...(ends as unknown as RunEnd[]), { run: 0, lastPosition: Infinity }];
}

/** Compares the runs with the sums that the journal makes; names the first that is wrong. */
export function checkRuns(
  derived: DatabaseSync,
  ends: readonly RunEnd[],
  sums: readonly Sums[],
  atMsOf: (position: number) => number | null,
): ProjectionFlaw[] {
  const flaws: ProjectionFlaw[] = [];
  const known = ends.map(({ run }) => run);
  const stray = derived.prepare(`SELECT run FROM change WHERE run NOT IN (${known.join()}) LIMIT 1`).get();
  if (stray !== undefined)
    flaws.push({ table: 'change', row: `run ${String(stray['run'])}`, what: 'there is no such run' });
  const selectSums = derived.prepare(`SELECT count(*) AS rows, ${RUN_SUM} AS sum FROM change WHERE run = ?`);
  for (const [index, { run }] of ends.entries()) {
    const expected = sums[index] ?? { rows: 0, sum: 0 };
    const { rows, sum } = selectSums.get(run) as unknown as { rows: number; sum: number | null };
    if (rows === expected.rows && (sum ?? 0) % PRIME === expected.sum) continue;
    const what =
      rows === expected.rows ? 'it holds other ids' : `it holds ${rows} ids and not ${expected.rows}`;
    flaws.push({ table: 'change', row: `run ${run}`, what });
    break;
  }
  return [...flaws.slice(0, 1), ...checkFilters(derived, atMsOf)];
}

/** Each finished run says when it ends, and of which ids it may hold. */
function checkFilters(derived: DatabaseSync, atMsOf: (position: number) => number | null): ProjectionFlaw[] {
  const selectHashes = derived.prepare('SELECT hash FROM change WHERE run = ?');
  const runs = derived.prepare(
    'SELECT run, last_position AS lastPosition, last_at_ms AS lastAtMs, filter FROM change_run ORDER BY run',
  );
  for (const row of runs.iterate()) {
    const run = row['run'] as number;
    const wrong = (what: string) => [{ table: 'change_run', row: `run ${run}`, what }];
    if (atMsOf(row['lastPosition'] as number) !== row['lastAtMs'])
      return wrong('it says another time of its end');
    const hashes = selectHashes.all(run).map(({ hash }) => hash as number);
    if (!Buffer.from(row['filter'] as Uint8Array).equals(buildFilter(hashes)))
      return wrong('its filter is not that of the ids that it holds');
  }
  return [];
}
