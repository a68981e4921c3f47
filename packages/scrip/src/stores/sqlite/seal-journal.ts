import type { DatabaseSync } from 'node:sqlite';
import { decodeEntry, encodeState } from '../../core/entry-format.ts';
import { evolve } from '../../core/evolve.ts';
import type { Anchor, ChainEnd } from '../../ledger/anchor.ts';
import { encodeAnchor } from '../../ledger/anchor.ts';
import { createChainEnds } from '../../ledger/chain-ends.ts';
import { copyOf } from '../../ledger/copy-of.ts';
import { checkAlone } from '../../ledger/entry-check.ts';
import type { NumberedEntry } from '../../ledger/journal-line.ts';
import type { ChainedState } from '../../ledger/store.ts';
import { encodeBlocks } from './entry-block.ts';
import { createEntryRows } from './entry-rows.ts';
import type { JournalSource } from './journal-source.ts';
import { openJournalSource } from './journal-source.ts';
import { migrate } from './migrate.ts';
import { JOURNAL_MIGRATIONS, NEW_PERSONAL_TABLE, REPLACE_PERSONAL_TABLE } from './migrations/journal.ts';
import { createNeededEntries } from './needed-entries.ts';
import { openJournal } from './open-files.ts';
import { removeDerived } from './prepare-files.ts';
import { digestSeal, readSeal, readSealedAccount, readSealedEnds } from './seal.ts';
import type { StoredRow } from './stored-row.ts';
import { prepareSealedUsage } from './sealed-usage.ts';

/** What is about to be sealed: the entries after one number, up to another. */
export interface SealPlan {
  readonly after: number;
  readonly upTo: number;
  /** Where every stream stands at the cut, of those that the entries change. */
  readonly states: ReadonlyMap<string, ChainedState>;
  readonly anchor: Anchor;
}

/** A journal that nobody else has, about to be sealed. */
export interface SealableJournal {
  /**
   * Goes through the entries that stand before the first one of an instant or later, checks their chains and personal parts, and
   * hands each to `write`. Throws `WrongEntry`.
   */
  readonly plan: (beforeMs: number, write: (entry: NumberedEntry) => void) => SealPlan;
  /** Where the chains stood at the last seal. */
  readonly sealedEnds: () => ChainEnd[];
  /** After and up to which entry `plan` will go. */
  readonly count: (beforeMs: number) => { readonly after: number; readonly upTo: number };
  /** Puts the opening state in the place of the planned entries, in one transaction. */
  readonly drop: (plan: SealPlan) => void;
  /** Gives the room of what was dropped back to the file system, also of what an earlier process has dropped. */
  readonly shrink: () => void;
  readonly close: () => void;
}

export function openSealableJournal(files: {
  readonly journal: string;
  readonly derived: string;
}): SealableJournal {
  // Refuses what is no journal before anything is made.
  openJournalSource(files.journal).close();
  const database = openJournal(files.journal);
  migrate(database, JOURNAL_MIGRATIONS);
  const source = openJournalSource(files.journal);
  const count = (beforeMs: number) => rangeBefore(database, source, beforeMs);
  return {
    count,
    plan: (beforeMs, write) => planSeal(database, source, { ...count(beforeMs), write }),
    sealedEnds: () => readSealedEnds(database),
    drop: (plan) => {
      dropEntries(database, source, plan);
      // They were made from what is gone, and have to be made from the opening state.
      removeDerived(files.derived);
    },
    shrink: () => {
      const free = Number(database.prepare('PRAGMA freelist_count').get()?.['freelist_count']);
      if (free > 0) database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
    },
    close: () => {
      source.close();
      database.close();
    },
  };
}

/** The entries from the seal, or the first, to the last one before any of an instant or later. */
function rangeBefore(database: DatabaseSync, source: JournalSource, beforeMs: number) {
  const after = readSeal(database)?.position ?? 0;
  const last = source.lastNumber();
  for (const page of source.pages(after, last)) {
    const first = page.find((entry) => checkAlone(entry).atMs >= beforeMs);
    if (first !== undefined) return { after, upTo: first.number - 1 };
  }
  return { after, upTo: last };
}

function planSeal(
  database: DatabaseSync,
  source: JournalSource,
  {
    after,
    upTo,
    write,
  }: { readonly after: number; readonly upTo: number; readonly write: (entry: NumberedEntry) => void },
): SealPlan {
  const chains = createChainEnds(readSealedEnds(database));
  const states = new Map<string, ChainedState>();
  for (const page of source.pages(after, upTo))
    for (const numbered of page) {
      chains.add(numbered);
      const { accountId, hash } = numbered;
      const before = states.get(accountId) ?? readSealedAccount(database, accountId);
      const state = evolve(before?.state ?? null, checkAlone(numbered));
      // What is kept of an account must not keep the block that it was read in.
      states.set(state.id, { state, hash: copyOf(hash) });
      write(numbered);
    }
  return { after, upTo, states, anchor: chains.anchor() };
}

function dropEntries(database: DatabaseSync, source: JournalSource, plan: SealPlan): void {
  const { after, upTo, anchor } = plan;
  database.exec('BEGIN IMMEDIATE');
  try {
    keepAccounts(database, plan);
    keepUsage(database, source, { after, upTo });
    keepNeeded(database, source, upTo);
    database.exec('DELETE FROM seal');
    database
      .prepare('INSERT INTO seal (only, position, anchor, digest) VALUES (1, ?, ?, ?)')
      .run(upTo, encodeAnchor(anchor), digestSeal(database, upTo));
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function keepAccounts(database: DatabaseSync, { states }: SealPlan): void {
  const keep = database.prepare(
    'INSERT OR REPLACE INTO sealed_account (account_id, version, at_ms, state, hash) VALUES (?, ?, ?, ?, ?)',
  );
  for (const [accountId, { state, hash }] of states)
    keep.run(accountId, state.version, state.atMs, encodeState(state), hash);
}

function keepUsage(
  database: DatabaseSync,
  source: JournalSource,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): void {
  const add = prepareSealedUsage(database);
  for (const page of source.pages(after, upTo)) add(page.map(decodeEntry));
}

function keepNeeded(database: DatabaseSync, source: JournalSource, upTo: number): void {
  const needed = createNeededEntries();
  for (const { state } of sealedStates(database)) needed.addState(state);
  for (const page of source.pages(upTo, source.lastNumber()))
    for (const entry of page) needed.addLater(decodeEntry(entry));
  const entryRows = createEntryRows(database, 'main');
  const kept = [...needed.positions(entryRows, upTo)].toReversed();
  replaceUpTo(
    database,
    kept.flatMap((position) => entryRows.at(position) ?? []),
    upTo,
  );
}

/** Leaves of the entries up to a position the given ones only, each in a block of its own. */
function replaceUpTo(database: DatabaseSync, kept: readonly StoredRow[], upTo: number): void {
  const entryRows = createEntryRows(database, 'main');
  // The last block may go on behind the cut.
  const [cut] = entryRows.blocks({ after: upTo - 1, upTo });
  const last = cut?.lastPosition ?? upTo;
  const behind = entryRows.range({ after: upTo, upTo: last, limit: last - upTo });
  database.prepare('DELETE FROM block WHERE last_position <= ?').run(last);
  const insertBlock = database.prepare('INSERT INTO block (last_position, entries) VALUES (?, ?)');
  const blocks = kept.flatMap((row) => encodeBlocks(row.position, [row]));
  for (const { lastPosition, text } of [...blocks, ...encodeBlocks(upTo + 1, behind)])
    insertBlock.run(lastPosition, text);
  keepPersonal(database, kept, upTo);
}

/** In a table of its own: rows that were deleted amid others would leave copies of these, which no erasing finds. */
function keepPersonal(database: DatabaseSync, kept: readonly StoredRow[], upTo: number): void {
  database.exec(NEW_PERSONAL_TABLE);
  const insert = database.prepare('INSERT INTO new_personal (position, data) VALUES (?, ?)');
  for (const { position, personal } of kept) if (personal !== null) insert.run(position, personal);
  database
    .prepare(
      'INSERT INTO new_personal SELECT position, data FROM personal WHERE position > ? ORDER BY position',
    )
    .run(upTo);
  database.exec(REPLACE_PERSONAL_TABLE);
}

function* sealedStates(database: DatabaseSync): Generator<ChainedState> {
  const ids = database.prepare('SELECT account_id AS id FROM sealed_account').all();
  for (const { id } of ids) {
    const found = readSealedAccount(database, id as string);
    if (found !== null) yield found;
  }
}
