import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../core/entry.ts';
import type { UsageChange } from '../../core/usage.ts';
import { usageOf } from '../../core/usage.ts';

/** What `used_billions` counts micros in. */
const BILLION = 1_000_000_000n;

/** What the sealed entries of a journal have used, in a slot by an account. `where`: SQL, of which rows. */
export function* sealedUsage(
  database: DatabaseSync,
  schema: 'main' | 'journal',
  where = 'true',
): Generator<{ accountId: string; used: UsageChange }> {
  const select = database.prepare(`SELECT * FROM ${schema}.sealed_usage WHERE ${where}`);
  select.setReadBigInts(true);
  for (const row of select.iterate())
    yield {
      accountId: row['account_id'] as string,
      used: {
        slotMs: Number(row['slot_ms']),
        pool: row['pool'] as string,
        action: (row['action'] as string) || null,
        key: (row['key'] as string) || null,
        usedMicros: (row['used_billions'] as bigint) * BILLION + (row['used_rest'] as bigint),
        calls: Number(row['calls']),
      },
    };
}

/** Adds the usage of a batch of entries to what a journal's sealed entries used, in the order of its key. The caller holds the transaction. */
export function prepareSealedUsage(database: DatabaseSync): (entries: readonly Entry[]) => void {
  const add = database.prepare(
    `INSERT INTO sealed_usage (account_id, slot_ms, pool, action, key, used_billions, used_rest, calls)
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
