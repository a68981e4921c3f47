import type { DatabaseSync } from 'node:sqlite';
import { decodeEntry, decodeState } from '../../core/entry-format.ts';
import { textHash } from './change-filter.ts';
import { createBatchDeriver } from './derive-batch.ts';
import type { EntryRows } from './entry-rows.ts';
import { createEntryRows } from './entry-rows.ts';
import type { Seal } from './seal.ts';
import { sealedUsage } from './sealed-usage.ts';
import { PAGE_BYTES } from './segments/segment-pages.ts';
import type { SegmentRows } from './segments/segment-rows.ts';

/** Fills new derived tables with what they held when the journal's oldest entries were sealed, as far as it is kept. */
export function seedDerived(
  derived: DatabaseSync,
  journalFile: string,
  { seal, seed }: { readonly seal: Seal; readonly seed: number },
): void {
  derived.prepare('ATTACH DATABASE ? AS journal').run(journalFile);
  derived.exec(`BEGIN IMMEDIATE;
    INSERT OR REPLACE INTO snapshot SELECT account_id, version, state, hash FROM journal.sealed_account;`);
  const deriver = createBatchDeriver(derived, {
    hashOf: (text) => textHash(seed, text),
    pageBytes: PAGE_BYTES,
  });
  for (const row of derived.prepare('SELECT state FROM journal.sealed_account').iterate()) {
    const { id, keys } = decodeState(row['state'] as string);
    deriver.addAccount(id);
    for (const { digest } of keys) deriver.addKey(digest, id);
  }
  const { position } = seal;
  const entries = createEntryRows(derived, 'journal');
  deriver.addSegment(0, (rows) => {
    addSealedRows(rows, { entries, journal: derived, schema: 'journal', position });
    return { upTo: position, latestMs: sealedAtMs(derived, 'journal') };
  });
  derived.prepare('UPDATE progress SET checkpoint = ?1, sealed = ?1').run(position);
  derived.exec('COMMIT; DETACH DATABASE journal;');
}

/** The latest time of the sealed entries. */
export function sealedAtMs(database: DatabaseSync, schema: 'main' | 'journal'): number {
  const row = database.prepare(`SELECT max(at_ms) AS last FROM ${schema}.sealed_account`).get();
  return (row?.['last'] ?? 0) as number;
}

/** Adds the rows of what stands for the sealed entries: those that were kept, and usage, which holds that of the kept ones too. */
export function addSealedRows(
  rows: SegmentRows,
  {
    entries,
    journal,
    schema,
    position,
  }: {
    readonly entries: EntryRows;
    readonly journal: DatabaseSync;
    readonly schema: 'main' | 'journal';
    /** Of the seal. */
    readonly position: number;
  },
): void {
  for (const row of entries.each({ after: 0, upTo: position })) rows.addPlace(row.position, decodeEntry(row));
  for (const { accountId, used } of sealedUsage(journal, schema)) rows.addUsage(accountId, used);
}
