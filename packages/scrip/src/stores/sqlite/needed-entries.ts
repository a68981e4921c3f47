import type { AccountState } from '../../core/account.ts';
import { OVERDRAFT_LOT } from '../../core/account.ts';
import type { Entry } from '../../core/entry.ts';
import { continuedVersion } from '../../core/entry.ts';
import { decodeEntry } from '../../core/entry-format.ts';
import { eachHold } from '../../core/hold-tree.ts';
import { drawnLots } from '../../core/lots.ts';
import { copyOf } from '../../ledger/copy-of.ts';
import type { EntryRows } from './entry-rows.ts';

/**
 * Which entries up to a cut must stay in the journal, because what comes after it still speaks of them: of open lots
 * and running grants the entries that made them, open holds, what holds a name, and whatever a later entry continues or
 * gives back to, with all that this rests on in its turn.
 */
export interface NeededEntries {
  /** The account as it stands at the cut. */
  readonly addState: (state: AccountState) => void;
  /** An entry after the cut. */
  readonly addLater: (entry: Entry) => void;
  /** The positions of the needed entries, newest first. All of what stands at and after the cut has been added. */
  readonly positions: (journal: EntryRows, cut: number) => Generator<number>;
}

export function createNeededEntries(): NeededEntries {
  const versions = new Map<string, Set<number>>();
  const grants = new Set<string>();

  function need(accountId: string, version: number | null): void {
    if (version === null || version === OVERDRAFT_LOT) return;
    const known = versions.get(accountId);
    if (known === undefined) versions.set(copyOf(accountId), new Set([version]));
    else known.add(version);
  }

  /** All but the change that it continues. */
  function needItsLots(entry: Entry): void {
    const { accountId } = entry;
    for (const lot of drawnLots(entry)) need(accountId, lot);
    if ('draws' in entry) for (const { lot } of entry.draws) need(accountId, lot);
    if ('returned' in entry) for (const { lot } of entry.returned) need(accountId, lot);
    if (entry.kind === 'LotExpired') need(accountId, entry.lot);
    if ('grantId' in entry) grants.add(grantKey(accountId, entry.grantId));
  }

  function isNeeded(entry: Entry): boolean {
    const { accountId, version, kind, change } = entry;
    const needed = versions.get(accountId);
    if (needed?.has(version) === true) return true;
    if (kind === 'CreditsGranted') return grants.has(grantKey(accountId, change?.id ?? ''));
    // The latest refund of a debit says how much of it is left; older ones come later here, and are not needed.
    if (kind !== 'DebitRefunded' || needed?.has(entry.debitVersion) !== true) return false;
    const key = grantKey(accountId, `${entry.debitVersion}`);
    return !refunded.has(key);
  }
  const refunded = new Set<string>();

  return {
    addState: ({ id, nameVersion, metadataVersion, keys, series, pools, holds }) => {
      need(id, nameVersion);
      need(id, metadataVersion);
      for (const key of keys) need(id, key.nameVersion);
      for (const one of series) need(id, one.version);
      for (const { lots } of pools)
        for (const lot of lots) {
          need(id, lot.version);
          grants.add(grantKey(id, lot.grantId));
        }
      for (const hold of eachHold(holds)) need(id, hold.version);
    },
    addLater: (entry) => {
      need(entry.accountId, continuedVersion(entry));
      needItsLots(entry);
    },
    positions: function* positions(journal, cut) {
      // From the newest to the oldest: what an entry speaks of stands before it.
      for (const row of journal.eachBackwards({ after: 0, upTo: cut })) {
        const entry = decodeEntry(row);
        if (!isNeeded(entry)) continue;
        // One that stays because it made a lot does not keep its debit: a newer refund of that may be gone already.
        if (entry.kind === 'DebitRefunded') refunded.add(grantKey(entry.accountId, `${entry.debitVersion}`));
        else need(entry.accountId, continuedVersion(entry));
        needItsLots(entry);
        yield row.position;
      }
    },
  };
}

/** A copy: joined texts keep the parts that they were joined of. */
function grantKey(accountId: string, id: string): string {
  return copyOf(`${accountId}\n${id}`);
}
