import type { DatabaseSync } from 'node:sqlite';
import { encodeBlocks } from '../../packages/scrip/src/stores/sqlite/entry-block.ts';
import { createEntryRows } from '../../packages/scrip/src/stores/sqlite/entry-rows.ts';

/** One entry as the journal keeps it, for changes by hand. */
export interface JournalRow {
  position: number;
  account_id: string;
  version: number;
  body: string;
  personal: string | null;
  hash: Uint8Array;
}

const EVERYTHING = { after: -1, upTo: Number.MAX_SAFE_INTEGER };

/** Lets SQL see and change a journal's entries as rows of a table `entry`; what it makes of them is put back as blocks. */
export function withEntries<T>(database: DatabaseSync, work: () => T): T {
  database.exec(`CREATE TEMP TABLE entry (position INTEGER PRIMARY KEY, account_id TEXT NOT NULL,
    version INTEGER NOT NULL, body TEXT NOT NULL, personal TEXT, hash BLOB NOT NULL)`);
  const insert = database.prepare('INSERT INTO temp.entry VALUES (?, ?, ?, ?, ?, ?)');
  for (const row of createEntryRows(database, 'main').each(EVERYTHING))
    insert.run(
      row.position,
      row.accountId,
      row.version,
      row.body,
      row.personal,
      Buffer.from(row.hash, 'hex'),
    );
  const result = work();
  const rows = database.prepare('SELECT * FROM temp.entry ORDER BY position').all();
  replaceEntries(database, rows as unknown as JournalRow[]);
  database.exec('DROP TABLE temp.entry');
  return result;
}

/** Puts other entries in the place of all that there are. */
export function replaceEntries(database: DatabaseSync, rows: readonly JournalRow[]): void {
  database.exec('BEGIN; DELETE FROM block; DELETE FROM personal');
  const insertBlock = database.prepare('INSERT INTO block VALUES (?, ?)');
  const insertPersonal = database.prepare('INSERT INTO personal VALUES (?, ?)');
  for (const stretch of stretchesOf(rows))
    for (const { lastPosition, text } of encodeBlocks(
      stretch[0]?.position ?? 0,
      stretch.map(({ account_id: accountId, version, body, hash }) => ({
        accountId,
        version,
        body,
        hash: Buffer.from(hash).toString('hex'),
      })),
    ))
      insertBlock.run(lastPosition, text);
  for (const { position, personal } of rows) if (personal !== null) insertPersonal.run(position, personal);
  database.exec('COMMIT');
}

/** Rows whose positions follow one another. */
function stretchesOf(rows: readonly JournalRow[]): JournalRow[][] {
  const stretches: JournalRow[][] = [];
  let last = NaN;
  for (const row of rows) {
    if (row.position === last + 1) stretches.at(-1)?.push(row);
    else stretches.push([row]);
    last = row.position;
  }
  return stretches;
}
