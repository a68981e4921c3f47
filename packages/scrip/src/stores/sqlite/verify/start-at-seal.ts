import type { DatabaseSync } from 'node:sqlite';
import { decodeEntry, decodeState } from '../../../core/entry-format.ts';
import { anchorOf, encodeAnchor } from '../../../ledger/anchor.ts';
import type { ChainVerifier } from '../../../ledger/chain-verifier.ts';
import { personalFlaw } from '../../../ledger/personal-flaw.ts';
import { changeHash } from '../change-filter.ts';
import { createEntryRows } from '../entry-rows.ts';
import type { Seal } from '../seal.ts';
import { digestSeal, readSealedEnds } from '../seal.ts';
import { sealedUsage } from '../sealed-usage.ts';
import type { DerivedSums } from './derived-sums.ts';
import type { Share } from './share.ts';
import { inShare, isInShare } from './share.ts';
import type { SnapshotCheck } from './snapshots.ts';
import type { JournalFlaw } from './verification.ts';

/** Brings a share to where the journal's oldest entries were sealed, as if they had been gone through. */
export function startAtSeal(
  {
    journal,
    seal,
    share,
    isMine,
  }: {
    readonly journal: DatabaseSync;
    readonly seal: Seal;
    readonly share: Share;
    readonly isMine: (accountId: string) => boolean;
  },
  {
    chains,
    sums,
    snapshots,
    seed,
  }: {
    readonly chains: ChainVerifier;
    readonly sums: DerivedSums;
    readonly snapshots: SnapshotCheck;
    readonly seed: number;
  },
): JournalFlaw | null {
  const mine = inShare(share, 'account_id');
  for (const row of journal
    .prepare(`SELECT account_id, state, hash FROM sealed_account WHERE ${mine}`)
    .iterate()) {
    const accountId = row['account_id'] as string;
    chains.begin(accountId);
    if (!isMine(accountId)) continue;
    const state = decodeState(row['state'] as string);
    snapshots.meet(state, row['hash'] as string);
    sums.addSealed(state);
  }
  const keptFlaw = addKept(journal, { upTo: seal.position, share, seed }, { chains, sums });
  for (const { accountId, used } of sealedUsage(journal, 'main', mine)) sums.addSealedUsage(accountId, used);
  return keptFlaw ?? (share.index === 0 ? sealFlaw(journal, seal) : null);
}

/** The few older entries that are there still; gives the first whose personal part is not its own. */
function addKept(
  journal: DatabaseSync,
  { upTo, share, seed }: { readonly upTo: number; readonly share: Share; readonly seed: number },
  { chains, sums }: { readonly chains: ChainVerifier; readonly sums: DerivedSums },
): JournalFlaw | null {
  let flaw: JournalFlaw | null = null;
  for (const row of createEntryRows(journal, 'main').each({ after: 0, upTo })) {
    if (!isInShare(share, row.accountId)) continue;
    const { position } = row;
    const entry = decodeEntry(row);
    const { change } = entry;
    const idHash = change === null ? null : changeHash(seed, entry.accountId, change.id);
    sums.addKept({ position, entry, changeHash: idHash });
    chains.knowKept(entry, position);
    const what = personalFlaw(entry, row.personal);
    if (what !== null)
      flaw ??= { number: position, accountId: entry.accountId, version: entry.version, what };
  }
  return flaw;
}

/** What stands for the sealed entries is what was written for them. */
function sealFlaw(journal: DatabaseSync, { position, anchor, digest }: Seal): JournalFlaw | null {
  const flaw = (what: string) => ({ number: position, accountId: null, version: null, what });
  if (digestSeal(journal, position) !== digest)
    return flaw('what stands for the sealed entries is not what was written for them');
  return encodeAnchor(anchorOf(readSealedEnds(journal))) === anchor
    ? null
    : flaw('the seal’s anchor is not that of its chains');
}
