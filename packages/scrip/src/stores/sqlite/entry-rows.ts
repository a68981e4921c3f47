import type { DatabaseSync } from 'node:sqlite';
import type { BlockEntry, EntryBlock, FindInBlock } from './entry-block.ts';
import { eachOfBlock, indexBlock } from './entry-block.ts';
import type { StoredRow } from './stored-row.ts';

/** A journal's entries by their positions. All of it throws `BrokenBlock` where a block is none. */
export interface EntryRows {
  readonly at: (position: number) => StoredRow | null;
  /** Without its personal part. */
  readonly lineAt: (position: number) => BlockEntry | null;
  /** The same for some positions, in that order: a block that holds one after the other of them is read once. */
  readonly linesAt: (positions: readonly number[]) => (BlockEntry | null)[];
  readonly personalAt: (position: number) => string | null;
  /** Entries after a position and up to another, in order: so many at the most, but for what it takes to end a block. */
  readonly range: (range: Range & { readonly limit: number }) => StoredRow[];
  /** All of them, a page of entries at a time. */
  readonly each: (range: Range) => Generator<StoredRow>;
  /** The same from the last to the first. */
  readonly eachBackwards: (range: Range) => Generator<StoredRow>;
  /** Blocks that hold such entries, and others before and after them; personal parts are not in them. */
  readonly blocks: (range: Range) => Generator<EntryBlock>;
  /** By position. */
  readonly personals: (range: Range) => ReadonlyMap<number, string>;
  /** Where personal parts stand before a range, or behind both it and the last entry that there is now, in order. */
  readonly personalsOutside: (range: Range) => number[];
  /** The last position that there is; 0 for none. */
  readonly last: () => number;
}

/** Positions: after one and up to another. */
export interface Range {
  readonly after: number;
  readonly upTo: number;
}

/** What a journal from before there were blocks holds, as blocks of one entry. */
const OLD_BLOCKS =
  '(SELECT position AS last_position, account_id || char(10) || version || char(10) || body || char(10) || lower(hex(hash)) AS entries FROM SCHEMA.entry)';
const OLD_PERSONAL = '(SELECT position, personal AS data FROM SCHEMA.entry WHERE personal IS NOT NULL)';

/**
 * Takes the personal part out of an entry. The row stays, and is empty: where rows are deleted, SQLite brings others
 * together in fewer pages, and leaves copies of them where they stood, which no later erasing finds.
 */
export const ERASE_PERSONAL = `UPDATE personal SET data = '' WHERE position = ?`;

const LAST = 'SELECT max(last_position) AS last FROM';

/** Of one read: no long one keeps the writer from folding its log back into the file. */
const PAGE_BLOCKS = 64;
const PAGE_ENTRIES = 2000;

/** `schema`: what the connection calls the journal's file. */
export function createEntryRows(database: DatabaseSync, schema: 'main' | 'journal'): EntryRows {
  const isOld =
    database.prepare(`SELECT 1 FROM ${schema}.sqlite_schema WHERE name = 'block'`).get() === undefined;
  const blockTable = isOld ? OLD_BLOCKS.replace('SCHEMA', schema) : `${schema}.block`;
  const personalTable = isOld ? OLD_PERSONAL.replace('SCHEMA', schema) : `${schema}.personal`;
  const blocksFrom = `SELECT last_position AS lastPosition, entries AS text FROM ${blockTable} WHERE last_position`;
  const selectBlock = database.prepare(`${blocksFrom} >= ? ORDER BY last_position LIMIT 1`);
  const selectBlocks = database.prepare(`${blocksFrom} > ? ORDER BY last_position LIMIT ${PAGE_BLOCKS}`);
  // Rows without names are read in three quarters of the time.
  selectBlocks.setReturnArrays(true);
  const selectPersonal = database.prepare(
    `SELECT data FROM ${personalTable} WHERE position = ? AND data <> ''`,
  );
  const selectPersonals = database.prepare(
    `SELECT position, data FROM ${personalTable} WHERE position > ? AND position <= ? AND data <> ''`,
  );
  const selectOutside = database.prepare(
    `SELECT position FROM ${personalTable} WHERE (position <= ? OR position > max(?, coalesce((${LAST} ${blockTable}), 0))) AND data <> '' ORDER BY position`,
  );
  const selectLast = database.prepare(`${LAST} ${blockTable}`);

  function personalsOf(range: Range): ReadonlyMap<number, string> {
    return new Map(
      selectPersonals
        .all(range.after, range.upTo)
        .map(({ position, data }) => [position as number, data as string]),
    );
  }

  function* blocks({ after, upTo }: Range): Generator<EntryBlock> {
    let last = after;
    while (last < upTo) {
      const page = selectBlocks.all(last) as unknown as [lastPosition: number, text: string][];
      if (page.length === 0) return;
      for (const [lastPosition, text] of page) {
        yield { lastPosition, text };
        last = lastPosition;
        if (last >= upTo) return;
      }
    }
  }

  function range({ after, upTo, limit }: Range & { readonly limit: number }): StoredRow[] {
    const rows: StoredRow[] = [];
    for (const block of blocks({ after, upTo })) {
      eachOfBlock(block, (entry) => {
        if (entry.position > after && entry.position <= upTo) rows.push({ ...entry, personal: null });
      });
      if (rows.length >= limit) break;
    }
    const personals = personalsOf({ after, upTo: rows.at(-1)?.position ?? after });
    return personals.size === 0
      ? rows
      : rows.map((row) => ({ ...row, personal: personals.get(row.position) ?? null }));
  }

  const personalAt = (position: number) => (selectPersonal.get(position)?.['data'] ?? null) as string | null;

  function linesAt(positions: readonly number[]): (BlockEntry | null)[] {
    let find: FindInBlock = () => null;
    return positions.map((position) => {
      const here = find(position);
      if (here !== null) return here;
      const block = selectBlock.get(position) as EntryBlock | undefined;
      if (block === undefined) return null;
      find = indexBlock(block);
      return find(position);
    });
  }

  const lineAt = (position: number) => linesAt([position])[0] ?? null;

  return {
    at: (position) => {
      const entry = lineAt(position);
      return entry === null ? null : { ...entry, personal: personalAt(position) };
    },
    lineAt,
    linesAt,
    personalAt,
    range,
    blocks,
    personals: personalsOf,
    personalsOutside: ({ after, upTo }) =>
      selectOutside.all(after, upTo).map(({ position }) => position as number),
    each: function* each({ after, upTo }) {
      let last = after;
      for (;;) {
        const rows = range({ after: last, upTo, limit: PAGE_ENTRIES });
        yield* rows;
        last = rows.at(-1)?.position ?? upTo;
        if (last >= upTo) return;
      }
    },
    eachBackwards: function* eachBackwards({ after, upTo }) {
      for (let to = upTo; to > after; to -= PAGE_ENTRIES)
        yield* range({
          after: Math.max(after, to - PAGE_ENTRIES),
          upTo: to,
          limit: PAGE_ENTRIES,
        }).toReversed();
    },
    last: () => (selectLast.get()?.['last'] ?? 0) as number,
  };
}
