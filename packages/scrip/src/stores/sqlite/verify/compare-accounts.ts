import type { DatabaseSync } from 'node:sqlite';
import { decodeEntry } from '../../../core/entry-format.ts';
import { createEntryRows } from '../entry-rows.ts';
import { readSeal } from '../seal.ts';
import { firstWrongRow } from './account-rows.ts';
import type { DerivedSums } from './derived-sums.ts';
import type { Projection, Sums } from './projection.ts';
import { PRIME } from './projection.ts';
import { usageSays } from './usage-projection.ts';
import type { ProjectionFlaw } from './verification.ts';

/** Compares the tables whose rows belong to accounts with what the journal makes them; the first wrong row of each. */
export function compareAccounts({
  journal,
  derived,
  checkpoint,
  sums,
  inShare,
}: {
  readonly journal: DatabaseSync;
  readonly derived: DatabaseSync;
  readonly checkpoint: number;
  readonly sums: DerivedSums;
  readonly inShare: (column: string) => string;
}): ProjectionFlaw[] {
  sums.keepNames(derived);
  const flaws = sums.rows.check(derived, inShare);
  for (const [at, projection] of sums.projections.entries()) {
    const account = firstWrongAccount(derived, projection, at, sums, inShare);
    if (account === null) continue;
    const [flaw] = firstWrongRow(
      projection.table,
      expectedRows(journal, projection, account, checkpoint),
      derived
        .prepare(
          `SELECT ${projection.name} AS name, ${projection.says} AS says FROM ${projection.table} WHERE account_id = ?`,
        )
        .iterate(account),
      projection.table === 'usage' ? usageSays : undefined,
    );
    const { row = null, what = 'its rows do not add up' } = flaw ?? {};
    flaws.push({ table: projection.table, row: row === null ? account : `${account} ${row}`, what });
  }
  return flaws;
}

function firstWrongAccount(
  derived: DatabaseSync,
  { table, rows, sum }: Projection,
  at: number,
  { ofAccounts }: DerivedSums,
  inShare: (column: string) => string,
): string | null {
  const from = table === 'usage' ? 'usage LEFT JOIN temp.usage_name USING (pool, action, key)' : table;
  const select = derived.prepare(
    `SELECT account_id, ${rows}, ${sum} FROM ${from} WHERE ${inShare('account_id')} GROUP BY account_id ORDER BY account_id`,
  );
  select.setReturnArrays(true);
  const met = new Set<string>();
  const actual = select.iterate() as unknown as Iterable<[string, number, number]>;
  for (const [accountId, count, total] of actual) {
    const expected = ofAccounts.get(accountId)?.[at] ?? NONE;
    met.add(accountId);
    if (count !== expected.rows || !isSame(total, expected.sum)) return accountId;
  }
  for (const [accountId, expected] of ofAccounts)
    if (!met.has(accountId) && (expected[at]?.rows !== 0 || !isSame(0, expected[at].sum))) return accountId;
  return null;
}

const NONE: Sums = { rows: 0, sum: 0 };

function isSame(a: number, b: number): boolean {
  return (a - b) % PRIME === 0;
}

/** The rows of one account as the journal makes them: all of its entries are read again. */
function expectedRows(
  journal: DatabaseSync,
  projection: Projection,
  accountId: string,
  checkpoint: number,
): Map<string, string> {
  const rows = new Map<string, string>();
  let after = 0;
  if (projection.table === 'usage') {
    after = readSeal(journal)?.position ?? 0;
    const sealed = journal.prepare(
      `SELECT ${projection.name} AS name, ${projection.says} AS says FROM sealed_usage WHERE account_id = ?`,
    );
    for (const { name, says } of sealed.iterate(accountId))
      rows.set(name as string, usageSays(says as string));
  }
  for (const row of createEntryRows(journal, 'main').each({ after, upTo: checkpoint }))
    if (row.accountId === accountId)
      projection.put(rows, { position: row.position, entry: decodeEntry(row) });
  return rows;
}
