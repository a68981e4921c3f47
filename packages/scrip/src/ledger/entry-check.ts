import type { AccountState } from '../core/account.ts';
import type { Entry } from '../core/entry.ts';
import { decodeEntry } from '../core/entry-format.ts';
import { evolve } from '../core/evolve.ts';
import type { ChainEnd } from './anchor.ts';
import type { ChainEnds } from './chain-ends.ts';
import { createChainEnds, wrongEntry } from './chain-ends.ts';
import type { NumberedEntry } from './journal-line.ts';
import { personalFlaw } from './personal-flaw.ts';

/** Checks entries one after the other: their chains, their personal parts, and that each account's state follows. */
export interface EntryCheck extends ChainEnds {
  /** Before which version each account's personal data was erased. */
  readonly erasedBefore: () => ReadonlyMap<string, number>;
}

/** Where a check begins: after the entries that were sealed. */
export interface CheckStart {
  readonly ends: readonly ChainEnd[];
  /** Null for an account that had no entry then. */
  readonly stateOf: (accountId: string) => AccountState | null;
}

const FROM_THE_FIRST: CheckStart = { ends: [], stateOf: () => null };

export function createEntryCheck({ ends, stateOf }: CheckStart = FROM_THE_FIRST): EntryCheck {
  const chains = createChainEnds(ends);
  const states = new Map<string, AccountState>();
  const erased = new Map<string, number>();
  return {
    ...chains,
    erasedBefore: () => erased,
    add: (numbered) => {
      chains.add(numbered);
      const entry = checkAlone(numbered);
      const { accountId, version } = entry;
      try {
        const state = evolve(states.get(accountId) ?? stateOf(accountId), entry);
        // Not the entry's own id: a debit's is a part of the block that was read.
        states.set(state.id, state);
      } catch (error) {
        throw wrongEntry(numbered, `cannot be replayed: ${(error as Error).message}`);
      }
      if (entry.kind === 'PersonalDataErased') erased.set(accountId, version);
    },
  };
}

/** The entry, as far as it can be checked without those before it. Throws `WrongEntry`. */
export function checkAlone(numbered: NumberedEntry): Entry {
  let entry: Entry;
  try {
    entry = decodeEntry(numbered);
  } catch (error) {
    throw wrongEntry(numbered, `cannot be replayed: ${(error as Error).message}`);
  }
  const flaw = personalFlaw(entry, numbered.personal);
  if (flaw !== null) throw wrongEntry(numbered, `is wrong: ${flaw}`);
  return entry;
}
