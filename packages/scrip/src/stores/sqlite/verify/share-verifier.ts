import type { DatabaseSync } from 'node:sqlite';
import type { ChainEnd } from '../../../ledger/anchor.ts';
import { encodeEnds } from '../../../ledger/anchor.ts';
import type { ChainVerifier, ChainedEntry } from '../../../ledger/chain-verifier.ts';
import { createChainVerifier } from '../../../ledger/chain-verifier.ts';
import { isOwnStream, RATE_CARD_STREAM } from '../../../core/account.ts';
import { decodeEntry } from '../../../core/entry-format.ts';
import { changeHash, textHash } from '../change-filter.ts';
import type { EntryRows, Range } from '../entry-rows.ts';
import { createEntryRows } from '../entry-rows.ts';
import { readSeal, readSealedAccount } from '../seal.ts';
import { damageOf } from './damage.ts';
import type { DerivedSums } from './derived-sums.ts';
import { createDerivedSums } from './derived-sums.ts';
import type { DuplicateHashes } from './duplicate-hashes.ts';
import { createDuplicateHashes } from './duplicate-hashes.ts';
import type { EntryWindow } from './entry-windows.ts';
import { entryWindows, MisplacedBlock } from './entry-windows.ts';
import type { SegmentPlan } from './pinned-derived.ts';
import { findReusedId } from './reused-id.ts';
import type { Share } from './share.ts';
import { isInShare } from './share.ts';
import type { SnapshotCheck } from './snapshots.ts';
import { startAtSeal } from './start-at-seal.ts';
import type { JournalFlaw } from './verification.ts';

export interface ShareRequest {
  readonly share: Share;
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
  /** How many accounts there are, without the ledger's own streams. */
  readonly accounts: number;
  /** As of `encodeEnds`. */
  readonly ends: string;
  /** Where the chains ended when the kept anchor was taken. */
  readonly anchorEnds: string | null;
  /** Hashes of the digests of the keys that there are at the end. */
  readonly keys: Float64Array;
  readonly sums: DerivedSums;
}

interface Sources {
  readonly journal: DatabaseSync;
  /** The last entry that the derived tables hold, as this connection sees them. */
  readonly checkpoint: number;
  readonly snapshots: SnapshotCheck;
}

/** Goes once through the entries of a share: verifies them, and adds up what the derived tables must hold. */
export function verifyShare(
  sources: Sources,
  request: ShareRequest,
  onProgress: (entries: number) => void,
): VerifiedShare {
  const ids = createDuplicateHashes();
  try {
    return goThrough(sources, request, { ids, onProgress });
  } finally {
    ids.close();
  }
}

function goThrough(
  { journal, checkpoint, snapshots }: Sources,
  { share, upTo, anchorEntries, plan }: ShareRequest,
  { ids, onProgress }: { readonly ids: DuplicateHashes; readonly onProgress: (entries: number) => void },
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
  // Nothing else that is of another share is looked at.
  const isMyRateCard = isInShare(share, RATE_CARD_STREAM);
  const isMine = (accountId: string) => isMyRateCard || accountId !== RATE_CARD_STREAM;
  let entries = 0;

  function addLine(line: ChainedEntry, personal: string | null): string | null {
    const { position, accountId } = line;
    const entry = chains.add(line, personal);
    // Every thread needs the prices; the one whose share they are in answers for their stream.
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
  const read = (range: Range) =>
    readEntries({ entryRows, share, range, add: addLine, onWindow: () => onProgress(entries) });
  let flaw = sealFlaw;
  let anchorEnds: string | null = null;
  if (anchorEntries !== null) {
    flaw ??= read({ after, upTo: anchorEntries });
    anchorEnds = encodeEnds(endsOf(chains, isMine));
  }
  flaw ??= read({ after: anchorEntries ?? after, upTo }) ?? endFlawOf(chains, upTo);
  const before = flaw === null ? upTo : flaw.number - 1;
  const reused = findReusedId({ journal, share, upTo: before, hashes: ids.repeated(), seed: plan.seed });
  const ends = endsOf(chains, isMine);
  return {
    entries,
    flaw: reused ?? flaw,
    accounts: ends.filter(({ accountId }) => !isOwnStream(accountId)).length,
    ends: encodeEnds(ends),
    anchorEnds,
    keys: keysOf(chains, isMine, plan.seed),
    sums,
  };
}

/** Reads the entries of a share until one is wrong: the first in the journal's order. */
function readEntries({
  entryRows,
  share,
  range,
  add,
  onWindow,
}: {
  readonly entryRows: EntryRows;
  readonly share: Share;
  readonly range: Range;
  readonly add: (entry: ChainedEntry, personal: string | null) => string | null;
  readonly onWindow: () => void;
}): JournalFlaw | null {
  let last = range.after;
  try {
    for (const window of entryWindows(entryRows, share, range)) {
      const flaw = firstFlawOf(window, entryRows, add);
      if (flaw !== null) return flaw;
      last = window.range.upTo;
      onWindow();
    }
    return null;
  } catch (error) {
    return unreadable(error, last + 1);
  }
}

function firstFlawOf(
  window: EntryWindow,
  entryRows: EntryRows,
  add: (entry: ChainedEntry, personal: string | null) => string | null,
): JournalFlaw | null {
  let flaw: JournalFlaw | null = null;
  // Personal parts are few, and are read for many entries at once.
  const personals = entryRows.personals(window.range);
  window.each((entry) => {
    const { position, accountId, version } = entry;
    // Of another account there may still be one before it.
    if (flaw !== null && position > flaw.number) return;
    try {
      const what = add(entry, personals.get(position) ?? null);
      if (what !== null) flaw = { number: position, accountId, version, what };
    } catch (error) {
      flaw = unreadable(error, position);
    }
  });
  return flaw;
}

/** Throws what is no damage of the file. */
function unreadable(error: unknown, number: number): JournalFlaw {
  if (error instanceof MisplacedBlock)
    return { number: error.position, accountId: null, version: null, what: error.message };
  const what = damageOf(error);
  if (what === null) throw error;
  return { number, accountId: null, version: null, what: `the file cannot be read on (${what})` };
}

function endsOf(chains: ChainVerifier, isMine: (accountId: string) => boolean): ChainEnd[] {
  const ends: ChainEnd[] = [];
  for (const [accountId, { state, hash }] of chains.accounts)
    if (state !== null && isMine(accountId)) ends.push({ accountId, version: state.version, hash });
  return ends;
}

function keysOf(
  chains: ChainVerifier,
  isMine: (accountId: string) => boolean,
  seed: number,
): VerifiedShare['keys'] {
  const hashes: number[] = [];
  for (const [accountId, { state }] of chains.accounts)
    if (state !== null && isMine(accountId))
      for (const { digest } of state.keys) hashes.push(textHash(seed, digest));
  return Float64Array.from(hashes);
}

function endFlawOf(chains: ChainVerifier, upTo: number): JournalFlaw | null {
  for (const [accountId, { state }] of chains.accounts) {
    const what = chains.endFlaw(accountId);
    if (what !== null) return { number: upTo, accountId, version: state?.version ?? 0, what };
  }
  return null;
}
