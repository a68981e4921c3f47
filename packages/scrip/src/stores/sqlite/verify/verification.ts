import type { Anchor } from '../../../ledger/anchor.ts';

/** The first entry of the journal that is wrong. Account and version are null where no entry can be named. */
export interface JournalFlaw {
  /** Its place in the journal, counted from 1; 0 where an account or a table as a whole is meant. */
  readonly number: number;
  readonly accountId: string | null;
  readonly version: number | null;
  readonly what: string;
}

/** The first row of a derived table that is not what the journal makes it. */
export interface ProjectionFlaw {
  readonly table: string;
  /** Null where the table as a whole is meant. */
  readonly row: string | null;
  readonly what: string;
}

/** What a look at a whole data directory came to. */
export interface Verification {
  /** Entries of the journal that were there when it began. */
  readonly entries: number;
  readonly accounts: number;
  readonly journalFlaw: JournalFlaw | null;
  /** Entries that the derived tables hold; what lies after them is read from the journal alone. */
  readonly checkpoint: number;
  /** The first of each table; null where the journal is wrong itself, so that there is nothing to compare with. */
  readonly projectionFlaws: readonly ProjectionFlaw[] | null;
  /** Null where the journal is wrong. */
  readonly anchor: Anchor | null;
  /** What a kept anchor was found to be; null where none was given. */
  readonly keptAnchor: AnchorCheck | null;
}

export type AnchorCheck =
  | { readonly holds: true }
  /** `changed`: the entries are there, and are others. `shorter`: the journal has fewer. `sealed`: the sealed file has them. */
  | { readonly holds: false; readonly reason: 'changed' | 'shorter' | 'sealed' };
