import type { DatabaseSync } from 'node:sqlite';

/** How many entries the derived tables were made from, in whatever version; 0 where they do not say it, or say it otherwise. */
export function checkpointOf(derived: DatabaseSync): number {
  const hasIt = derived
    .prepare(`SELECT 1 FROM pragma_table_info('progress') WHERE name = 'checkpoint'`)
    .get();
  if (hasIt === undefined) return 0;
  return Number(derived.prepare('SELECT checkpoint FROM progress').get()?.['checkpoint'] ?? 0);
}
