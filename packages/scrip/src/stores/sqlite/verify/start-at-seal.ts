import type { DatabaseSync } from 'node:sqlite';
import { RATE_CARD_STREAM } from '../../../core/account.ts';
import { decodeEntry, decodeState } from '../../../core/entry-format.ts';
import { anchorOf, encodeAnchor } from '../../../ledger/anchor.ts';
import type { ChainVerifier } from '../../../ledger/chain-verifier.ts';
import { personalFlaw } from '../../../ledger/personal-flaw.ts';
import { changeHash } from '../change-filter.ts';
import { createEntryRows } from '../entry-rows.ts';
import type { Seal } from '../seal.ts';
import { digestSeal, readSealedEnds } from '../seal.ts';
import { sealedUsage } from '../sealed-usage.ts';
import { sqliteCodeOf } from '../sqlite-code.ts';
import { damageOf } from './damage.ts';
import type { DerivedSums } from './derived-sums.ts';
import type { Share } from './share.ts';
import { inShare, isInShare } from './share.ts';
import type { SnapshotCheck } from './snapshots.ts';
import type { JournalFlaw } from './verification.ts';

interface SealSources {
  readonly journal: DatabaseSync;
  readonly seal: Seal;
  readonly share: Share;
  readonly isMine: (accountId: string) => boolean;
}

interface SealTargets {
  readonly chains: ChainVerifier;
  readonly sums: DerivedSums;
  readonly snapshots: SnapshotCheck;
  readonly seed: number;
}

/** Brings a share to where the journal's oldest entries were sealed, as if they had been gone through. */
export function startAtSeal(sources: SealSources, targets: SealTargets): JournalFlaw | null {
  const { journal, seal, share } = sources;
  try {
    return (share.index === 0 ? sealFlaw(journal, seal) : null) ?? goOnFrom(sources, targets);
  } catch (error) {
    // A disk that fails says nothing of what was written.
    if (sqliteCodeOf(error) !== null && damageOf(error) === null) throw error;
    return flawOf(seal, `what stands for the sealed entries cannot be read (${(error as Error).message})`);
  }
}

/** Throws where what stands for the sealed entries cannot be read. */
function goOnFrom(
  { journal, seal, share, isMine }: SealSources,
  { chains, sums, snapshots, seed }: SealTargets,
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
  // Every share needs the prices.
  chains.begin(RATE_CARD_STREAM);
  for (const { accountId, used } of sealedUsage(journal, 'main', mine)) sums.addSealedUsage(accountId, used);
  return addKept(journal, { upTo: seal.position, share, seed }, { chains, sums });
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
function sealFlaw(journal: DatabaseSync, seal: Seal): JournalFlaw | null {
  if (digestSeal(journal, seal.position) !== seal.digest)
    return flawOf(seal, 'what stands for the sealed entries is not what was written for them');
  return encodeAnchor(anchorOf(readSealedEnds(journal))) === seal.anchor
    ? null
    : flawOf(seal, 'the seal’s anchor is not that of its chains');
}

function flawOf({ position }: Seal, what: string): JournalFlaw {
  return { number: position, accountId: null, version: null, what };
}
