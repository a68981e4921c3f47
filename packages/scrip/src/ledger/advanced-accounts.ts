import type { AccountState } from '../core/account.ts';
import type { Advanced } from '../core/advance.ts';
import { advance, isAnythingDue } from '../core/advance.ts';

/** Less is worked out anew in less time than a request takes. */
const LEAST_ENTRIES = 16;
/** Some 30 MB, with the lots that periods made. */
const MOST_ENTRIES = 65_536;

/**
 * Brings accounts to a moment as `advance` does, and keeps those on which time has done much since their last stored
 * entry: one that is read and never changed would hold up all others with each read. Goes on from what is kept.
 */
export function createAdvancedAccounts(mostEntries = MOST_ENTRIES): typeof advance {
  const kept = new Map<string, { readonly from: AccountState; readonly advanced: Advanced }>();
  let entries = 0;

  function forget(accountId: string): void {
    entries -= kept.get(accountId)?.advanced.entries.length ?? 0;
    kept.delete(accountId);
  }

  function keep(from: AccountState, advanced: Advanced): void {
    forget(from.id);
    if (advanced.entries.length < LEAST_ENTRIES || advanced.entries.length > mostEntries) return;
    kept.set(from.id, { from, advanced });
    entries += advanced.entries.length;
    for (const accountId of kept.keys()) {
      if (entries <= mostEntries) return;
      forget(accountId);
    }
  }

  return (state, nowMs) => {
    // Nearly always, and then nothing is kept.
    if (!isAnythingDue(state, nowMs)) return advance(state, nowMs);
    const known = kept.get(state.id);
    // The clock may have been set back to before what is kept.
    if (known?.from !== state || known.advanced.state.atMs > nowMs) {
      const advanced = advance(state, nowMs);
      keep(state, advanced);
      return advanced;
    }
    const { advanced } = known;
    const more = advance(advanced.state, nowMs);
    if (more.entries.length === 0) return advanced;
    const further = { state: more.state, entries: [...advanced.entries, ...more.entries] };
    keep(state, further);
    return further;
  };
}
