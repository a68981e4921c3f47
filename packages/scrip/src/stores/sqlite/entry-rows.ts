import type { DatabaseSync } from 'node:sqlite';
import type { StoredRow } from './stored-row.ts';
import { STORED_COLUMNS } from './stored-row.ts';

/** A journal's entries by their positions. */
export interface EntryRows {
  readonly at: (position: number) => StoredRow | null;
  /** Entries after a position and up to another, in order: so many at the most, but for what it takes to end a block. */
  readonly range: (range: { after: number; upTo: number; limit: number }) => StoredRow[];
}

/** `schema`: what the connection calls the journal's file. */
export function createEntryRows(database: DatabaseSync, schema: 'main' | 'journal'): EntryRows {
  const from = `SELECT ${STORED_COLUMNS} FROM ${schema}.entry AS entry`;
  const selectOne = database.prepare(`${from} WHERE position = ?`);
  const selectRange = database.prepare(
    `${from} WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`,
  );
  return {
    at: (position) => (selectOne.get(position) ?? null) as StoredRow | null,
    range: ({ after, upTo, limit }) => selectRange.all(after, upTo, limit) as unknown as StoredRow[],
  };
}
