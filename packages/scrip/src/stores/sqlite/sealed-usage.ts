import type { DatabaseSync } from 'node:sqlite';
import type { UsageChange } from '../../core/usage.ts';
import { BILLION } from './usage-table.ts';

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
