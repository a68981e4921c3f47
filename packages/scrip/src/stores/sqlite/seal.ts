import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { decodeState } from '../../core/entry-format.ts';
import type { ChainEnd } from '../../ledger/anchor.ts';
import { anchorOf, encodeAnchor } from '../../ledger/anchor.ts';
import type { ChainedState } from '../../ledger/store.ts';
import { createEntryRows } from './entry-rows.ts';

/** What a journal says of its oldest entries, which are sealed: up to which one, and the anchor of all of them. */
export interface Seal {
  readonly position: number;
  readonly anchor: string;
  /** Of what stands for them here. */
  readonly digest: string;
}

/** Null where nothing has been sealed, or the file was written before there were seals. */
export function readSeal(journal: DatabaseSync): Seal | null {
  if (journal.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'seal'").get() === undefined) return null;
  return (journal.prepare('SELECT position, anchor, digest FROM seal').get() ?? null) as Seal | null;
}

/** Where a stream stood at the seal; null for one that has no entry before it. */
export function readSealedAccount(journal: DatabaseSync, accountId: string): ChainedState | null {
  const row = journal.prepare('SELECT state, hash FROM sealed_account WHERE account_id = ?').get(accountId);
  return row === undefined
    ? null
    : { state: decodeState(row['state'] as string), hash: row['hash'] as string };
}

/** Where every chain stood at the seal. */
export function readSealedEnds(journal: DatabaseSync): ChainEnd[] {
  return journal
    .prepare('SELECT account_id AS accountId, version, hash FROM sealed_account')
    .all() as unknown as ChainEnd[];
}

/** The tables that stand for the sealed entries, beside those entries that are kept. */
export const SEAL_TABLES = ['seal', 'sealed_account', 'sealed_usage'] as const;

/** What stands for the sealed entries is another than was written when they were sealed. */
export class SealChanged extends Error {
  constructor() {
    super('what stands for the sealed entries was changed');
    this.name = 'SealChanged';
  }
}

/** Throws `SealChanged`. Personal parts are not covered: they may be erased. */
export function checkSeal(journal: DatabaseSync): void {
  const seal = readSeal(journal);
  if (seal === null) return;
  if (
    digestSeal(journal, seal.position) === seal.digest &&
    encodeAnchor(anchorOf(readSealedEnds(journal))) === seal.anchor
  )
    return;
  throw new SealChanged();
}

/** A digest of all that stands for the sealed entries: whoever changes any of it changes this. */
export function digestSeal(journal: DatabaseSync, position: number): string {
  const digest = createHash('sha256');
  const add = (rows: Iterable<unknown>) => {
    for (const row of rows) digest.update(`${JSON.stringify(row)}\n`);
  };
  add(journal.prepare('SELECT * FROM sealed_account ORDER BY account_id').iterate());
  // Numbers of 64 bits as text: JSON has none.
  add(
    journal
      .prepare(
        `SELECT account_id, slot_ms, pool, action, key, cast(used_billions AS TEXT), cast(used_rest AS TEXT), calls
         FROM sealed_usage ORDER BY account_id, slot_ms, pool, action, key`,
      )
      .iterate(),
  );
  add(keptEntries(journal, position));
  return digest.digest('hex');
}

/** With the names that they have had in every digest. */
function* keptEntries(journal: DatabaseSync, upTo: number) {
  for (const { position, accountId, version, body, hash } of createEntryRows(journal, 'main').each({
    after: 0,
    upTo,
  }))
    yield { position, account_id: accountId, version, body, 'hex(hash)': hash.toUpperCase() };
}
