import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../core/entry.ts';
import { usageOf } from '../../core/usage.ts';

/** What `used_billions` counts; see the table. */
export const BILLION = 1_000_000_000n;

/** Adds the usage of a batch of entries to what a journal's sealed entries used, in the order of its key. The caller holds the transaction. */
export function createUsageTable(
  database: DatabaseSync,
  table: 'sealed_usage',
): (entries: readonly Entry[]) => void {
  const add = database.prepare(
    `INSERT INTO ${table} (account_id, slot_ms, pool, action, key, used_billions, used_rest, calls)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET used_billions = used_billions + excluded.used_billions,
       used_rest = used_rest + excluded.used_rest, calls = calls + excluded.calls`,
  );
  return (entries) => {
    const sums = new Map<string, { row: (string | number)[]; usedMicros: bigint; calls: number }>();
    for (const entry of entries) {
      const change = usageOf(entry);
      if (change === null) continue;
      const row = [entry.accountId, change.slotMs, change.pool, change.action ?? '', change.key ?? ''];
      const id = row.join('\n');
      const sum = sums.get(id) ?? { row, usedMicros: 0n, calls: 0 };
      sum.usedMicros += change.usedMicros;
      sum.calls += change.calls;
      sums.set(id, sum);
    }
    for (const id of [...sums.keys()].toSorted()) {
      const sum = sums.get(id);
      if (sum !== undefined)
        add.run(...sum.row, sum.usedMicros / BILLION, sum.usedMicros % BILLION, sum.calls);
    }
  };
}
