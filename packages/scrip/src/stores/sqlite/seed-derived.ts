import type { DatabaseSync } from 'node:sqlite';
import { decodeEntry, decodeState } from '../../core/entry-format.ts';
import { createBatchDeriver } from './derive-batch.ts';
import { createEntryRows } from './entry-rows.ts';
import type { Seal } from './seal.ts';

/** Fills new derived tables with what they held when the journal's oldest entries were sealed, as far as it is kept. */
export function seedDerived(
  derived: DatabaseSync,
  journalFile: string,
  { seal, seed }: { readonly seal: Seal; readonly seed: number },
): void {
  derived.prepare('ATTACH DATABASE ? AS journal').run(journalFile);
  derived.exec(`BEGIN IMMEDIATE;
    INSERT INTO account SELECT account_id FROM journal.sealed_account WHERE account_id NOT LIKE '$%';
    INSERT INTO snapshot SELECT account_id, version, state, hash FROM journal.sealed_account;
    INSERT INTO usage SELECT * FROM journal.sealed_usage;`);
  const addKey = derived.prepare('INSERT INTO api_key (digest, account_id) VALUES (?, ?)');
  for (const row of derived.prepare('SELECT state FROM journal.sealed_account').iterate()) {
    const { id, keys } = decodeState(row['state'] as string);
    for (const { digest } of keys) addKey.run(digest, id);
  }
  const deriveBatch = createBatchDeriver(derived, seed);
  const kept = createEntryRows(derived, 'journal').each({ after: 0, upTo: seal.position });
  // Their usage is in the sealed sums.
  for (const row of kept)
    deriveBatch([{ position: row.position, entry: decodeEntry(row) }], { withUsage: false });
  derived.prepare('UPDATE progress SET checkpoint = ?1, sealed = ?1').run(seal.position);
  derived.exec('COMMIT; DETACH DATABASE journal;');
}
