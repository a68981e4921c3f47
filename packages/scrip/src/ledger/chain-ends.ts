import { copyOf } from './copy-of.ts';
import { CHAIN_START, chainHash } from './digest.ts';
import type { Anchor, ChainEnd } from './anchor.ts';
import { anchorOf } from './anchor.ts';
import type { NumberedEntry } from './journal-line.ts';

/** An entry that is missing, or does not go with those before it; the message says which, and in what. */
export class WrongEntry extends Error {
  /** The entry's, counted from the journal's first. */
  readonly number: number;

  constructor(number: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'WrongEntry';
    this.number = number;
  }
}

/** The entry, and what is wrong with it. */
export function wrongEntry({ number, accountId, version }: NumberedEntry, what: string): WrongEntry {
  return new WrongEntry(number, `entry ${number} (version ${version} of ${accountId}) ${what}`);
}

/** Where every chain ends as entries are added one after the other, each of them checked against its chain. */
export interface ChainEnds {
  /** Throws `WrongEntry`, and then nothing has changed. */
  readonly add: (entry: NumberedEntry) => void;
  /** The number of the last entry. */
  readonly entries: () => number;
  readonly anchor: () => Anchor;
  /** Accounts, and the ledger's own streams. */
  readonly streams: () => Iterable<string>;
}

/** `from`: where the chains stood when the oldest entries were sealed. */
export function createChainEnds(from: readonly ChainEnd[] = []): ChainEnds {
  const ends = new Map(from.map((end) => [end.accountId, end]));
  let { entries } = anchorOf(from);
  return {
    add: (entry) => {
      const { number, accountId, version, body, hash } = entry;
      if (number !== entries + 1) throw wrongEntry(entry, `stands where entry ${entries + 1} belongs`);
      const before = ends.get(accountId);
      const expected = (before?.version ?? 0) + 1;
      if (version !== expected)
        throw wrongEntry(entry, `follows version ${expected - 1}: version ${expected} is missing`);
      const chained = chainHash(before?.hash ?? CHAIN_START, { accountId, version, body });
      if (chained !== hash)
        throw wrongEntry(entry, "does not fit its account's chain: its text or its hash was changed");
      entries = number;
      // Not the entry's own texts: they are parts of the block that was read, and there is one for every account.
      const own = before?.accountId ?? copyOf(accountId);
      ends.set(own, { accountId: own, version, hash: chained });
    },
    entries: () => entries,
    anchor: () => anchorOf(ends.values()),
    streams: () => ends.keys(),
  };
}
