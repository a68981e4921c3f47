import type { DatabaseSync } from 'node:sqlite';
import { damageOf } from './damage.ts';
import { openJournalBeside } from './open-beside.ts';
import type { JournalFlaw } from './verification.ts';

/** Tables whose rows are read with the entries. */
const OF_ENTRIES: ReadonlySet<string> = new Set(['block', 'entry', 'personal']);

/** A journal that can be read, as far as its entries do not say; or what is wrong. Throws as `openJournalBeside`. */
export function openWholeJournal(file: string): { journal: DatabaseSync } | { flaw: JournalFlaw } {
  try {
    const journal = openJournalBeside(file);
    const flaw = smallTableFlaw(journal);
    if (flaw === null) return { journal };
    journal.close();
    return { flaw };
  } catch (error) {
    const what = damageOf(error);
    if (what === null) throw error;
    return { flaw: { number: 1, accountId: null, version: null, what: `the file cannot be read (${what})` } };
  }
}

/** Reads the tables of a journal that its entries say nothing of: a server reads them, and opens no journal without. */
function smallTableFlaw(journal: DatabaseSync): JournalFlaw | null {
  const tables = journal.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (tables.length === 0) return { number: 1, accountId: null, version: null, what: 'the file is empty' };
  for (const name of tables.map((table) => String(table['name']))) {
    if (OF_ENTRIES.has(name)) continue;
    try {
      for (const _ of journal.prepare(`SELECT * FROM "${name}"`).iterate());
    } catch (error) {
      const damage = damageOf(error);
      if (damage === null) throw error;
      const what = `the table ${name} cannot be read (${damage})`;
      return { number: 0, accountId: null, version: null, what };
    }
  }
  return null;
}
