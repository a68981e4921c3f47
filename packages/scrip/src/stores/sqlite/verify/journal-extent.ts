import type { DatabaseSync } from 'node:sqlite';
import type { Range } from '../entry-rows.ts';
import { createEntryRows } from '../entry-rows.ts';
import type { JournalFlaw } from './verification.ts';

/** The journal has fewer entries than others know of. */
export function cutFlaw(entries: number, known: number): JournalFlaw {
  const what = `it is missing: the derived tables know of ${known} entries, and the journal has ${entries}`;
  return { number: entries + 1, accountId: null, version: null, what };
}

/** Personal data of no entry: where the next one will stand, they keep it from being written. */
export function strayFlaw(journal: DatabaseSync, range: Range): JournalFlaw | null {
  const entryRows = createEntryRows(journal, 'main');
  // Those of entries that came meanwhile are written together with them.
  const number = entryRows.personalsOutside(range).find((position) => entryRows.lineAt(position) === null);
  if (number === undefined) return null;
  return { number, accountId: null, version: null, what: 'there is no such entry, and personal data of it' };
}
