import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { Anchor } from '../../ledger/anchor.ts';
import { anchorOfEnds } from '../../ledger/anchor.ts';
import type { SnapshotRow } from './deriver-thread.ts';
import { createEntryRows } from './entry-rows.ts';
import { SealMoved } from './journal-source.ts';
import { readSeal } from './seal.ts';
import { INDEX_NAMES } from './segments/segment-indexes.ts';
import type { SegmentFlaw } from './verify/compare-segments.ts';
import { cutFlaw, strayFlaw } from './verify/journal-extent.ts';
import { openWholeJournal } from './verify/open-whole-journal.ts';
import type { SegmentSums } from './verify/derived-sums.ts';
import { estimateAccounts } from './verify/estimate-accounts.ts';
import { addSums } from './verify/row-digest.ts';
import type { ShareCaller } from './verify/share-caller.ts';
import { askAll, openShareCaller } from './verify/share-caller.ts';
import type { ShareReply, VerifyRequests } from './verify/share-handlers.ts';
import type { ShareRequest } from './verify/share-verifier.ts';
import { findSharedKey } from './verify/shared-key.ts';
import type { AnchorCheck, JournalFlaw, ProjectionFlaw, Verification } from './verify/verification.ts';

export interface VerifyOptions {
  readonly directory: string;
  /** An anchor that was kept; null to compare with none. */
  readonly keptAnchor: Anchor | null;
  /** How many threads share the accounts; 1 starts none. */
  readonly threads: number;
  /** About so many accounts are kept in memory at once, by all threads together. */
  readonly accountsAtOnce?: number;
  /** After so many entries of all that there are. */
  readonly onProgress: (entries: number, total: number) => void;
}

/**
 * Looks at a whole data directory and changes nothing; also beside the server that writes it, as of the moment at which
 * it begins. Throws `NoLedger`, `DataTooNew`, `SealMoved` when entries are sealed meanwhile, and a `Fault` when the files cannot be read.
 */
export async function verifyDirectory(options: VerifyOptions): Promise<Verification> {
  return goThroughDirectory({ ...options, snapshots: null });
}

/** Of a few lots each: some two gigabytes of memory. */
const ACCOUNTS_AT_ONCE = 500_000;

/** The snapshots that a server would have kept, made from the journal. */
export interface SnapshotWish {
  readonly every: number;
  readonly keep: (rows: readonly SnapshotRow[]) => void;
}

export async function goThroughDirectory({
  directory,
  keptAnchor,
  threads,
  accountsAtOnce = ACCOUNTS_AT_ONCE,
  onProgress,
  snapshots,
}: VerifyOptions & { readonly snapshots: SnapshotWish | null }): Promise<Verification> {
  const files = { journal: join(directory, 'journal.db'), derived: join(directory, 'derived.db') };
  const opened = openWholeJournal(files.journal);
  if ('flaw' in opened) return wrongJournal(0, opened.flaw);
  const { journal } = opened;
  const progress = createProgress(threads, onProgress);
  const callers = Array.from({ length: threads }, (_, index) =>
    openShareCaller(threads, { files, snapshotEvery: snapshots?.every ?? null }, (notice) => {
      if (notice.kind === 'progress') progress.report(index, notice.entries);
      else snapshots?.keep(notice.rows);
    }),
  );
  try {
    return await underOneSeal(journal, () =>
      verifyShares({ callers, journal, keptAnchor, accountsAtOnce, progress }),
    );
  } finally {
    journal.close();
    await Promise.all(callers.map((caller) => caller.end()));
  }
}

/** Where entries are sealed meanwhile, what was read is of two journals, and right or wrong of neither. Throws `SealMoved`. */
async function underOneSeal<T>(journal: DatabaseSync, work: () => Promise<T>): Promise<T> {
  const before = sealedUpTo(journal);
  const [done] = await Promise.allSettled([work()]);
  const after = sealedUpTo(journal);
  if (after !== before) throw new SealMoved(after);
  if (done.status === 'rejected') throw done.reason;
  return done.value;
}

function sealedUpTo(journal: DatabaseSync): number {
  return readSeal(journal)?.position ?? 0;
}

interface Progress {
  readonly report: (thread: number, entries: number) => void;
  readonly begin: (total: number) => void;
}

function createProgress(threads: number, onProgress: VerifyOptions['onProgress']): Progress {
  const done = Array.from({ length: threads }, () => 0);
  let total = 0;
  return {
    begin: (entries) => {
      total = entries;
    },
    report: (thread, entries) => {
      done[thread] = entries;
      onProgress(
        done.reduce((sum, one) => sum + one, 0),
        total,
      );
    },
  };
}

async function verifyShares({
  callers,
  journal,
  keptAnchor,
  accountsAtOnce,
  progress,
}: {
  readonly callers: readonly ShareCaller[];
  readonly journal: DatabaseSync;
  readonly keptAnchor: Anchor | null;
  readonly accountsAtOnce: number;
  readonly progress: Progress;
}): Promise<Verification> {
  // First what is derived, then the journal: so that it holds all that was derived.
  const pinned = await askAll(callers, 'open', null);
  const first = pinned[0] as (typeof pinned)[number];
  const entries = lastPosition(journal);
  progress.begin(entries);
  const after = sealedUpTo(journal);
  const { known, snapshotsUpTo, plan } = first;
  const isCovered = keptAnchor !== null && keptAnchor.entries <= entries && keptAnchor.entries >= after;
  const anchorEntries = isCovered ? keptAnchor.entries : null;
  const turns = Math.max(1, Math.ceil(estimateAccounts(journal, { after, upTo: entries }) / accountsAtOnce));
  const request = { upTo: entries, anchorEntries, plan };
  const found = await takeTurns(callers, turns, request);
  const flaw =
    firstFlaw(found) ??
    findSharedKey({ journal, upTo: entries, keys: found.map(({ keys }) => keys), seed: plan.seed }) ??
    lostFlaw(found, journal, { after, entries, known }) ??
    strayFlaw(journal, { after, upTo: entries });
  if (flaw !== null) return wrongJournal(entries, flaw);
  const projectionFlaws = await findProjectionFlaws(callers, pinned, found);
  if (snapshotsUpTo > entries) {
    // Where there is a snapshot, too, that the journal does not make, it is the journal that is short.
    if (projectionFlaws.some(({ table }) => table === 'snapshot'))
      return wrongJournal(entries, cutFlaw(entries, snapshotsUpTo));
    const what = `it says that snapshots rest on ${snapshotsUpTo} entries, and none does`;
    projectionFlaws.push({ table: 'progress', row: null, what });
  }
  return {
    entries,
    accounts: found.reduce((sum, { accounts }) => sum + accounts, 0),
    journalFlaw: null,
    checkpoint: Math.min(...pinned.map(({ checkpoint }) => checkpoint)),
    projectionFlaws,
    anchor: anchorOfEnds(found.map(({ ends }) => ends)),
    keptAnchor: keptAnchor === null ? null : checkAnchor(keptAnchor, found, { after, anchorEntries }),
  };
}

interface FoundInShare extends ShareReply {
  readonly projectionFlaws: readonly ProjectionFlaw[];
}

/** Each thread looks at one share after the other, so that the accounts of one are in its memory at a time. */
async function takeTurns(
  callers: readonly ShareCaller[],
  turns: number,
  request: Omit<ShareRequest, 'share'>,
): Promise<FoundInShare[]> {
  const of = callers.length * turns;
  const found = callers.map(async (caller, thread) => {
    const ofTurns: FoundInShare[] = [];
    for (let index = thread; index < of; index += callers.length) {
      const reply = await caller.ask('verify', { ...request, share: { index, of } });
      // Where the journal is wrong there is nothing to compare with.
      const projectionFlaws = reply.flaw === null ? await caller.ask('compare', null) : [];
      ofTurns.push({ ...reply, projectionFlaws });
    }
    return ofTurns;
  });
  return (await Promise.all(found)).flat();
}

function wrongJournal(entries: number, journalFlaw: JournalFlaw): Verification {
  const nothing = { accounts: 0, checkpoint: 0, projectionFlaws: null, anchor: null, keptAnchor: null };
  return { entries, journalFlaw, ...nothing };
}

function lastPosition(journal: DatabaseSync): number {
  // Where all is sealed, the last entries may be gone.
  return Math.max(createEntryRows(journal, 'main').last(), sealedUpTo(journal));
}

function firstFlaw(found: readonly ShareReply[]): JournalFlaw | null {
  const flaws = found.flatMap(({ flaw }) => flaw ?? []);
  return flaws.toSorted((a, b) => a.number - b.number)[0] ?? null;
}

/** Entries that are not there, though nothing after them in their chains says so. */
function lostFlaw(
  found: readonly ShareReply[],
  journal: DatabaseSync,
  { after, entries, known }: { after: number; entries: number; known: number },
): JournalFlaw | null {
  if (found.reduce((sum, share) => sum + share.entries, 0) !== entries - after) {
    let number = after + 1;
    for (const { position } of createEntryRows(journal, 'main').each({ after, upTo: entries }))
      if (position === number) number += 1;
      else break;
    return { number, accountId: null, version: null, what: 'it is missing' };
  }
  return known <= entries ? null : cutFlaw(entries, known);
}

async function findProjectionFlaws(
  callers: readonly ShareCaller[],
  pinned: readonly VerifyRequests['open']['reply'][],
  found: readonly FoundInShare[],
): Promise<ProjectionFlaw[]> {
  const damage = pinned.find((one) => one.damage !== null)?.damage;
  if (damage != null) return [{ table: 'derived.db', row: null, what: damage }];
  const sums = found.map((share) => share.ofSegments).reduce(addSegments);
  const latestMs = sums.map((_, at) => Math.max(...found.map((share) => share.latestMs[at] ?? -Infinity)));
  // Beside a server, a thread that came later may have other segments before it than those that were added up.
  const readers = callers.filter((_, at) => isDeepStrictEqual(pinned[at]?.plan, pinned[0]?.plan));
  const of = readers.length;
  const ofSegments = await Promise.all(
    readers.map((caller, index) => caller.ask('compareSegments', { sums, latestMs, part: { index, of } })),
  );
  // One of each table: the first share that found one, or that of the first segment.
  const byTable = new Map<string, ProjectionFlaw>();
  const ofShares = found.flatMap(({ projectionFlaws }) => projectionFlaws);
  for (const { table, row, what } of [...ofShares, ...ofSegments.flat().toSorted(bySegment)])
    if (!byTable.has(table)) byTable.set(table, { table, row, what });
  return [...byTable.values()];
}

function bySegment(a: SegmentFlaw, b: SegmentFlaw): number {
  return (a.segment ?? -1) - (b.segment ?? -1);
}

function addSegments(a: readonly SegmentSums[], b: readonly SegmentSums[]): readonly SegmentSums[] {
  return a.map((sums, at) => {
    const others = b[at] ?? sums;
    const added = INDEX_NAMES.map((name) => [name, addSums(sums[name], others[name], name)]);
    return Object.fromEntries(added) as SegmentSums;
  });
}

function checkAnchor(
  kept: Anchor,
  found: readonly ShareReply[],
  { after, anchorEntries }: { after: number; anchorEntries: number | null },
): AnchorCheck {
  if (kept.entries < after) return { holds: false, reason: 'sealed' };
  if (anchorEntries === null) return { holds: false, reason: 'shorter' };
  const { digest } = anchorOfEnds(found.flatMap(({ anchorEnds }) => anchorEnds ?? []));
  return digest === kept.digest ? { holds: true } : { holds: false, reason: 'changed' };
}
