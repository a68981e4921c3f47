import type { DatabaseSync } from 'node:sqlite';

/**
 * How many entries the derived tables know of, in whatever version: they were made from them, or a snapshot rests on
 * them; 0 where they do not say it, or say it otherwise.
 */
export function knownEntries(derived: DatabaseSync): number {
  const known = derived
    .prepare(`SELECT name FROM pragma_table_info('progress') WHERE name IN ('checkpoint', 'snapshots_up_to')`)
    .all();
  if (known.length === 0) return 0;
  const row = derived.prepare(`SELECT ${known.map(({ name }) => name).join(', ')} FROM progress`).get();
  return Math.max(0, ...Object.values(row ?? {}).map(Number));
}
