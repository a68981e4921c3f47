import type { AccountState } from '../core/account.ts';
import { decodeEntry } from '../core/entry-format.ts';
import { evolve } from '../core/evolve.ts';
import type { ChainEnds } from './chain-ends.ts';
import { createChainEnds, WrongEntry, wrongEntry } from './chain-ends.ts';
import { personalDigest } from './digest.ts';
import type { NumberedEntry } from './journal-line.ts';
import type { Personal } from './store.ts';

/** Checks entries one after the other: their chains, their personal parts, and that each account's state follows. */
export interface EntryCheck extends ChainEnds {
  /** Before which version each account's personal data was erased. */
  readonly erasedBefore: () => ReadonlyMap<string, number>;
}

export function createEntryCheck(): EntryCheck {
  const chains = createChainEnds();
  const states = new Map<string, AccountState>();
  const erased = new Map<string, number>();
  return {
    ...chains,
    erasedBefore: () => erased,
    add: (numbered) => {
      chains.add(numbered);
      try {
        const entry = decodeEntry(numbered);
        checkPersonal(numbered, entry.change?.personalDigest ?? null);
        states.set(entry.accountId, evolve(states.get(entry.accountId) ?? null, entry));
        if (entry.kind === 'PersonalDataErased') erased.set(entry.accountId, entry.version);
      } catch (error) {
        if (error instanceof WrongEntry) throw error;
        throw wrongEntry(numbered, `cannot be replayed: ${(error as Error).message}`);
      }
    },
  };
}

/** A personal part may be missing, because it was erased; it cannot be another than the entry was made with. */
function checkPersonal(entry: NumberedEntry, digest: string | null): void {
  if (entry.personal === null) return;
  if (digest === null || personalDigest(JSON.parse(entry.personal) as Personal) !== digest)
    throw wrongEntry(entry, 'has another name or other metadata than it was made with');
}
