import type { DatabaseSync } from 'node:sqlite';
import type { BlockEntry } from '../entry-block.ts';
import type { EntryRows, Range } from '../entry-rows.ts';
import { createEntryRows } from '../entry-rows.ts';

/** A journal is looked at in so many places. */
const PLACES = 400;
const ENTRIES_AT_A_PLACE = 25;
const GOLDEN_RATIO = 0.618_034;

/**
 * About how many accounts a journal has, sealed ones too: as many of its entries are the first of an account as of those
 * in some places, which are spread evenly over it. Damage is passed over.
 */
export function estimateAccounts(journal: DatabaseSync, { after, upTo }: Range): number {
  const entryRows = createEntryRows(journal, 'main');
  const places = Math.min(PLACES, Math.ceil((upTo - after) / ENTRIES_AT_A_PLACE));
  let read = 0;
  let first = 0;
  for (let place = 0; place < places; place += 1) {
    // Here and there between one place and the next: accounts may come as regularly as places would.
    const at = (place + ((place * GOLDEN_RATIO) % 1)) / places;
    for (const { version } of entriesAt(entryRows, after + Math.floor((upTo - after) * at))) {
      read += 1;
      if (version === 1) first += 1;
    }
  }
  return (after === 0 ? 0 : sealedAccounts(journal)) + (first / Math.max(read, 1)) * (upTo - after);
}

function entriesAt(entryRows: EntryRows, after: number): readonly BlockEntry[] {
  const positions = Array.from({ length: ENTRIES_AT_A_PLACE }, (_, at) => after + 1 + at);
  // Unlike a range, these read no blocks ahead.
  return undamaged(() => entryRows.linesAt(positions))?.filter((line) => line !== null) ?? [];
}

function sealedAccounts(journal: DatabaseSync): number {
  const select = 'SELECT count(*) AS accounts FROM sealed_account';
  return Number(undamaged(() => journal.prepare(select).get())?.['accounts'] ?? 0);
}

/** Whoever goes through the journal meets the damage again, and names it. */
function undamaged<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
