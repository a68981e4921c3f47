import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../../core/entry.ts';
import { decodeEntry } from '../../../core/entry-format.ts';
import { damageOf } from './damage.ts';

interface FoundRow {
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
}

/**
 * Finds earlier entries by account and version. Nothing in the journal leads to them: the history does, and is believed
 * only where the entry that it names is the right one. Where it does not lead there, an index of the journal is made
 * for as long as the connection lives.
 */
export function createEntryFinder({
  journal,
  history,
  checkpoint,
}: {
  readonly journal: DatabaseSync;
  /** The derived tables; null where they cannot be read. */
  readonly history: DatabaseSync | null;
  /** The last position that the history holds. */
  readonly checkpoint: number;
}): (accountId: string, version: number) => Entry | null {
  const selectEntry = journal.prepare(
    'SELECT account_id AS accountId, version, body FROM entry WHERE position = ?',
  );
  const selectHistory = history?.prepare('SELECT position FROM history WHERE account_id = ? AND version = ?');
  let selectIndexed: ReturnType<DatabaseSync['prepare']> | null = null;
  let indexedFrom = Infinity;

  /** The index of what the history does not hold yet; of everything, where it has failed. */
  function indexFrom(position: number): void {
    indexedFrom = position;
    journal.exec(`DROP TABLE IF EXISTS temp.place;
      CREATE TEMP TABLE place (account_id, version, position, PRIMARY KEY (account_id, version)) WITHOUT ROWID;`);
    journal
      .prepare(
        'INSERT OR IGNORE INTO temp.place SELECT account_id, version, position FROM entry WHERE position > ? ORDER BY 1, 2',
      )
      .run(position);
    selectIndexed = journal.prepare('SELECT position FROM temp.place WHERE account_id = ? AND version = ?');
  }

  function at(position: unknown, accountId: string, version: number): Entry | null {
    if (typeof position !== 'number') return null;
    const row = selectEntry.get(position) as FoundRow | undefined;
    return row?.accountId === accountId && row.version === version ? decodeEntry(row) : null;
  }

  function byHistory(accountId: string, version: number): Entry | null {
    try {
      return at(selectHistory?.get(accountId, version)?.['position'], accountId, version);
    } catch (error) {
      if (damageOf(error) === null) throw error;
      return null;
    }
  }

  return (accountId, version) => {
    const found = byHistory(accountId, version);
    if (found !== null) return found;
    for (const from of [checkpoint, 0]) {
      if (from < indexedFrom) indexFrom(from);
      const indexed = at(selectIndexed?.get(accountId, version)?.['position'], accountId, version);
      if (indexed !== null) return indexed;
    }
    return null;
  };
}
