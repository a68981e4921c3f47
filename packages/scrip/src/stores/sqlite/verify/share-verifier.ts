import type { DatabaseSync } from 'node:sqlite';
import { RATE_CARD_STREAM } from '../../../core/account.ts';
import type { ChainEnd } from '../../../ledger/anchor.ts';
import type { ChainVerifier } from '../../../ledger/chain-verifier.ts';
import { createChainVerifier } from '../../../ledger/chain-verifier.ts';
import { decodeEntry } from '../../../core/entry-format.ts';
import { changeHash } from '../change-filter.ts';
import type { BlockEntry } from '../entry-block.ts';
import { eachOfBlock } from '../entry-block.ts';
import type { EntryRows } from '../entry-rows.ts';
import { createEntryRows } from '../entry-rows.ts';
import { readSeal, readSealedAccount } from '../seal.ts';
import { damageOf } from './damage.ts';
import type { DerivedSums } from './derived-sums.ts';
import { createDerivedSums } from './derived-sums.ts';
import { createDuplicateHashes } from './duplicate-hashes.ts';
import type { SegmentPlan } from './pinned-derived.ts';
import { findReusedId } from './reused-id.ts';
import type { Share } from './share.ts';
import { isInShare } from './share.ts';
import type { SnapshotCheck } from './snapshots.ts';
import { startAtSeal } from './start-at-seal.ts';
import type { JournalFlaw } from './verification.ts';

export interface ShareRequest {
  /** The last entry to look at. */
  readonly upTo: number;
  /** After how many entries the kept anchor was taken; null without one. */
  readonly anchorEntries: number | null;
  /** Of the segments, which hold rows of all accounts: what all threads must add up alike. */
  readonly plan: SegmentPlan;
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
  /** The last entry that the derived tables hold, as this connection sees them. */
  readonly checkpoint: number;
  readonly share: Share;
  readonly snapshots: SnapshotCheck;
}

/** Goes once through the entries of a share: verifies them, and adds up what the derived tables must hold. */
export function verifyShare(
  { journal, checkpoint, share, snapshots }: Sources,
  { upTo, anchorEntries, plan }: ShareRequest,
  onProgress: (entries: number) => void,
): VerifiedShare {
  const seal = readSeal(journal);
  const after = seal?.position ?? 0;
  const entryRows = createEntryRows(journal, 'main');
  const chains = createChainVerifier({
    from: seal === null ? () => null : (accountId) => readSealedAccount(journal, accountId),
    entryAt: (position) => {
      const line = entryRows.lineAt(position);
      return line === null ? null : decodeEntry(line);
    },
  });
  const sums = createDerivedSums(plan, checkpoint);
  const ids = createDuplicateHashes();
  // Every thread needs the prices; the one whose share they are in answers for their stream.
  const isMine = (accountId: string) => isInShare(share, accountId);
  const wants = (accountId: string) => isMine(accountId) || accountId === RATE_CARD_STREAM;
  let entries = 0;
  let anchorEnds: ChainEnd[] | null = null;

  function addLine(line: BlockEntry, personal: string | null): string | null {
    const { position, accountId } = line;
    const entry = chains.add(line, personal);
    if (!isMine(accountId)) return null;
    if (typeof entry === 'string') return entry;
    entries += 1;
    const { change } = entry;
    const idHash = change === null ? null : changeHash(plan.seed, accountId, change.id);
    if (idHash !== null) ids.add(idHash);
    sums.add({ position, entry, changeHash: idHash });
    const account = chains.account();
    if (account !== null && account.state !== null) snapshots.meet(account.state, account.hash);
    return null;
  }

  const sealFlaw =
    seal === null
      ? null
      : startAtSeal({ journal, seal, share, isMine }, { chains, sums, snapshots, seed: plan.seed });
  if (anchorEntries === after) anchorEnds = endsOf(chains, isMine);
  const flaw =
    sealFlaw ??
    readEntries({
      entryRows,
      wants,
      after,
      upTo,
      add: (position, line, personal) => {
        const what = line === null ? null : addLine(line, personal);
        if (position === anchorEntries) anchorEnds = endsOf(chains, isMine);
        return what;
      },
      onBlock: () => onProgress(entries),
    });
  return {
    entries,
    flaw:
      flaw ??
      endFlawOf(chains, upTo) ??
      findReusedId({ journal, share, upTo, hashes: ids.finish(), seed: plan.seed }),
    ends: endsOf(chains, isMine),
    anchorEnds,
    keys: keysOf(chains, isMine),
    sums,
  };
}

/** Reads the entries of a share until one is wrong. */
function readEntries({
  entryRows,
  wants,
  after,
  upTo,
  add,
  onBlock,
}: {
  readonly entryRows: EntryRows;
  readonly wants: (accountId: string) => boolean;
  readonly after: number;
  readonly upTo: number;
  /** Is also told of places whose entries are not of the share. */
  readonly add: (position: number, entry: BlockEntry | null, personal: string | null) => string | null;
  readonly onBlock: () => void;
}): JournalFlaw | null {
  let flaw: JournalFlaw | null = null;
  let last = after;
  const personals = createPersonalParts(entryRows);
  const visit = (position: number, entry: BlockEntry | null) => {
    if (flaw !== null || position <= after || position > upTo) return;
    const what = add(position, entry, personals.of(position));
    if (what !== null && entry !== null)
      flaw = { number: position, accountId: entry.accountId, version: entry.version, what };
    last = position;
  };
  try {
    for (const block of entryRows.blocks({ after, upTo })) {
      eachOfBlock(block, visit, wants);
      if (flaw !== null) return flaw;
      onBlock();
    }
    return null;
  } catch (error) {
    const what = damageOf(error);
    if (what === null) throw error;
    return { number: last + 1, accountId: null, version: null, what: `the file cannot be read on (${what})` };
  }
}

const PERSONALS_AHEAD = 10_000;

/** Personal parts are few, and are read for many entries at once. */
function createPersonalParts(entryRows: EntryRows): { readonly of: (position: number) => string | null } {
  let upTo = 0;
  let ahead: ReadonlyMap<number, string> = new Map();
  return {
    of: (position) => {
      if (position > upTo) {
        upTo = position + PERSONALS_AHEAD;
        ahead = entryRows.personals({ after: position - 1, upTo });
      }
      return ahead.get(position) ?? null;
    },
  };
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
