import type { DatabaseSync } from 'node:sqlite';
import { RATE_CARD_STREAM } from '../../../core/account.ts';
import type { ChainEnd } from '../../../ledger/anchor.ts';
import type { ChainVerifier } from '../../../ledger/chain-verifier.ts';
import { createChainVerifier } from '../../../ledger/chain-verifier.ts';
import { changeHash } from '../change-filter.ts';
import { readSeal, readSealedAccount } from '../seal.ts';
import type { RunEnd } from './change-runs.ts';
import { damageOf } from './damage.ts';
import type { DerivedSums } from './derived-sums.ts';
import { createDerivedSums } from './derived-sums.ts';
import { createDuplicateHashes } from './duplicate-hashes.ts';
import { createEntryFinder } from './entry-finder.ts';
import { findReusedId } from './reused-id.ts';
import type { Share } from './share.ts';
import { inShare } from './share.ts';
import type { SnapshotCheck } from './snapshots.ts';
import { startAtSeal } from './start-at-seal.ts';
import type { JournalFlaw } from './verification.ts';

/** Positions of one read, so that no long one keeps the server's log from being folded back into the file. */
const BLOCK_POSITIONS = 1000;

export interface ShareRequest {
  /** The last entry to look at. */
  readonly upTo: number;
  /** After how many entries the kept anchor was taken; null without one. */
  readonly anchorEntries: number | null;
  /** Of the runs of ids, which belong to no account: what all threads must add up alike. */
  readonly runs: {
    readonly seed: number;
    readonly checkpoint: number;
    readonly ends: readonly RunEnd[];
  };
}

export interface VerifiedShare {
  readonly entries: number;
  readonly flaw: JournalFlaw | null;
  readonly ends: readonly ChainEnd[];
  /** Where the chains ended when the kept anchor was taken. */
  readonly anchorEnds: readonly ChainEnd[] | null;
  /** The keys that there are at the end, by their digests. */
  readonly keys: readonly { readonly digest: string; readonly accountId: string }[];
  readonly sums: DerivedSums;
}

interface Sources {
  readonly journal: DatabaseSync;
  /** The journal once more, for earlier entries. */
  readonly lookUps: DatabaseSync;
  /** Null where it cannot be read. */
  readonly derived: DatabaseSync | null;
  /** The last entry that the derived tables hold, as this connection sees them. */
  readonly checkpoint: number;
  readonly share: Share;
  readonly snapshots: SnapshotCheck;
}

/** Goes once through the entries of a share: verifies them, and adds up what the derived tables must hold. */
export function verifyShare(
  { journal, lookUps, derived, checkpoint, share, snapshots }: Sources,
  { upTo, anchorEntries, runs }: ShareRequest,
  onProgress: (entries: number) => void,
): VerifiedShare {
  const seal = readSeal(journal);
  const after = seal?.position ?? 0;
  const chains = createChainVerifier({
    from: seal === null ? () => null : (accountId) => readSealedAccount(journal, accountId),
    entryAt: createEntryFinder({ journal: lookUps, history: derived, checkpoint }),
  });
  const sums = createDerivedSums(runs.ends);
  const ids = createDuplicateHashes();
  // Every thread needs the prices; the one whose share they are in answers for their stream.
  const isMine = isStreamMine(journal, share)
    ? () => true
    : (accountId: string) => accountId !== RATE_CARD_STREAM;
  let entries = 0;
  let anchorEnds: ChainEnd[] | null = null;

  function addRow([position, accountId, version, body, personal, hash]: JournalRow): string | null {
    const entry = chains.add({ accountId, version, body, personal, hash });
    if (!isMine(accountId)) return null;
    if (typeof entry === 'string') return entry;
    entries += 1;
    const { change } = entry;
    if (change !== null) {
      const idHash = changeHash(runs.seed, accountId, change.id);
      ids.add(idHash);
      if (position <= runs.checkpoint) sums.addChange(idHash, position);
    }
    const account = chains.account();
    if (position <= checkpoint) sums.add({ position, entry }, account?.replaced);
    if (account !== null && account.state !== null) snapshots.meet(account.state, account.hash);
    return null;
  }

  const sealFlaw =
    seal === null
      ? null
      : startAtSeal({ journal, seal, share, isMine }, { chains, sums, snapshots, seed: runs.seed });
  if (anchorEntries === after) anchorEnds = endsOf(chains, isMine);
  const flaw =
    sealFlaw ??
    readBlocks({
      journal,
      share,
      after,
      upTo,
      cut: anchorEntries,
      addRow,
      onBlock: (position) => {
        if (position === anchorEntries) anchorEnds = endsOf(chains, isMine);
        onProgress(entries);
      },
    });
  return {
    entries,
    flaw:
      flaw ??
      endFlawOf(chains, upTo) ??
      findReusedId({ journal, share, upTo, hashes: ids.finish(), seed: runs.seed }),
    ends: endsOf(chains, isMine),
    anchorEnds,
    keys: keysOf(chains, isMine),
    sums,
  };
}

type JournalRow = [
  position: number,
  accountId: string,
  version: number,
  body: string,
  personal: string | null,
  hash: string,
];

/** Reads a share's rows, block by block, until one is wrong. */
function readBlocks({
  journal,
  share,
  after,
  upTo,
  cut,
  addRow,
  onBlock,
}: {
  readonly journal: DatabaseSync;
  readonly share: Share;
  readonly after: number;
  readonly upTo: number;
  /** A position where one block ends and another begins. */
  readonly cut: number | null;
  readonly addRow: (row: JournalRow) => string | null;
  readonly onBlock: (position: number) => void;
}): JournalFlaw | null {
  const select = journal.prepare(
    `SELECT position, account_id, version, body, personal, lower(hex(hash)) FROM entry
     WHERE position > ? AND position <= ? AND (${inShare(share, 'account_id')} OR account_id = '${RATE_CARD_STREAM}')
     ORDER BY position`,
  );
  select.setReturnArrays(true);
  let position = after;
  let last = after;
  while (position < upTo) {
    let to = Math.min(position + BLOCK_POSITIONS, upTo);
    if (cut !== null && position < cut) to = Math.min(to, cut);
    try {
      for (const row of select.all(position, to) as unknown as readonly JournalRow[]) {
        const what = addRow(row);
        if (what !== null) return { number: row[0], accountId: row[1], version: row[2], what };
        last = row[0];
      }
    } catch (error) {
      const what = damageOf(error);
      if (what === null) throw error;
      return {
        number: last + 1,
        accountId: null,
        version: null,
        what: `the file cannot be read on (${what})`,
      };
    }
    position = to;
    onBlock(position);
  }
  return null;
}

function isStreamMine(journal: DatabaseSync, share: Share): boolean {
  return journal.prepare(`SELECT ${inShare(share, `'${RATE_CARD_STREAM}'`)} AS mine`).get()?.['mine'] === 1;
}

function endsOf(chains: ChainVerifier, isMine: (accountId: string) => boolean): ChainEnd[] {
  const ends: ChainEnd[] = [];
  for (const [accountId, { state, hash }] of chains.accounts)
    if (state !== null && isMine(accountId)) ends.push({ accountId, version: state.version, hash });
  return ends;
}

function keysOf(chains: ChainVerifier, isMine: (accountId: string) => boolean): VerifiedShare['keys'] {
  return [...chains.accounts].flatMap(([accountId, { state }]) =>
    isMine(accountId) ? (state?.keys ?? []).map(({ digest }) => ({ digest, accountId })) : [],
  );
}

function endFlawOf(chains: ChainVerifier, upTo: number): JournalFlaw | null {
  for (const [accountId, { state }] of chains.accounts) {
    const what = chains.endFlaw(accountId);
    if (what !== null) return { number: upTo, accountId, version: state?.version ?? 0, what };
  }
  return null;
}
