import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { isOwnStream } from '../../core/account.ts';
import type { Anchor, ChainEnd } from '../../ledger/anchor.ts';
import { anchorOf } from '../../ledger/anchor.ts';
import { Fault } from '../../ledger/fault.ts';
import type { SnapshotRow } from './deriver-thread.ts';
import { createEntryRows } from './entry-rows.ts';
import { SealMoved } from './journal-source.ts';
import { readSeal } from './seal.ts';
import type { Thread } from './thread.ts';
import { startThread } from './thread.ts';
import type { SegmentFlaw } from './verify/compare-segments.ts';
import { cutFlaw, strayFlaw } from './verify/journal-extent.ts';
import { openWholeJournal } from './verify/open-whole-journal.ts';
import { INDEX_NAMES } from './segments/segment-indexes.ts';
import type { SegmentSums } from './verify/derived-sums.ts';
import { addSums } from './verify/row-digest.ts';
import type { ShareReply, VerifyNotice, VerifyRequests, VerifyShareData } from './verify/share-handlers.ts';
import { createShareHandlers } from './verify/share-handlers.ts';
import type { AnchorCheck, JournalFlaw, ProjectionFlaw, Verification } from './verify/verification.ts';

export interface VerifyOptions {
  readonly directory: string;
  /** An anchor that was kept; null to compare with none. */
  readonly keptAnchor: Anchor | null;
  /** How many threads share the accounts; 1 starts none. */
  readonly threads: number;
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

/** The snapshots that a server would have kept, made from the journal. */
export interface SnapshotWish {
  readonly every: number;
  readonly keep: (rows: readonly SnapshotRow[]) => void;
}

export async function goThroughDirectory({
  directory,
  keptAnchor,
  threads: of,
  onProgress,
  snapshots,
}: VerifyOptions & { readonly snapshots: SnapshotWish | null }): Promise<Verification> {
  const files = { journal: join(directory, 'journal.db'), derived: join(directory, 'derived.db') };
  const opened = openWholeJournal(files.journal);
  if ('flaw' in opened) return wrongJournal(0, opened.flaw);
  const { journal } = opened;
  const progress = createProgress(of, onProgress);
  const shares = Array.from({ length: of }, (_, index) =>
    openShare({ files, share: { index, of }, snapshotEvery: snapshots?.every ?? null }, (notice) => {
      if (notice.kind === 'progress') progress.report(index, notice.entries);
      else snapshots?.keep(notice.rows);
    }),
  );
  try {
    return await underOneSeal(journal, () => verifyShares({ shares, journal, keptAnchor, progress }));
  } finally {
    journal.close();
    await Promise.all(shares.map((share) => share.end()));
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

/** A share that is looked at, in a thread of its own or in this one. */
interface ShareCaller {
  readonly ask: <K extends keyof VerifyRequests>(
    kind: K,
    request: VerifyRequests[K]['request'],
  ) => Promise<VerifyRequests[K]['reply']>;
  readonly end: () => Promise<unknown>;
}

function openShare(data: VerifyShareData, onNotice: (notice: VerifyNotice) => void): ShareCaller {
  if (data.share.of === 1) {
    const handlers = createShareHandlers(data, onNotice);
    return {
      ask: async (kind, request) => handlers[kind](request),
      end: async () => handlers.close(null),
    };
  }
  const thread = startThread({ name: 'verify-thread', data, onNotice });
  return { ask: (kind, request) => askThread(thread, kind, request), end: () => thread.end() };
}

interface Progress {
  readonly report: (share: number, entries: number) => void;
  readonly begin: (total: number) => void;
}

function createProgress(shares: number, onProgress: VerifyOptions['onProgress']): Progress {
  const done = Array.from({ length: shares }, () => 0);
  let total = 0;
  return {
    begin: (entries) => {
      total = entries;
    },
    report: (share, entries) => {
      done[share] = entries;
      onProgress(
        done.reduce((sum, one) => sum + one, 0),
        total,
      );
    },
  };
}

async function verifyShares({
  shares,
  journal,
  keptAnchor,
  progress,
}: {
  readonly shares: readonly ShareCaller[];
  readonly journal: DatabaseSync;
  readonly keptAnchor: Anchor | null;
  readonly progress: Progress;
}): Promise<Verification> {
  // First what is derived, then the journal: so that it holds all that was derived.
  const pinned = await askAll(shares, 'open', null);
  const first = pinned[0] as (typeof pinned)[number];
  const entries = lastPosition(journal);
  progress.begin(entries);
  const after = sealedUpTo(journal);
  const { known, snapshotsUpTo, plan } = first;
  const isCovered = keptAnchor !== null && keptAnchor.entries <= entries && keptAnchor.entries >= after;
  const anchorEntries = isCovered ? keptAnchor.entries : null;
  const found = await askAll(shares, 'verify', {
    upTo: entries,
    anchorEntries,
    plan,
  });
  const flaw =
    firstFlaw(found) ??
    lostFlaw(found, journal, { after, entries, known }) ??
    strayFlaw(journal, { after, upTo: entries });
  if (flaw !== null) return wrongJournal(entries, flaw);
  const projectionFlaws = await findProjectionFlaws(shares, pinned, found);
  if (snapshotsUpTo > entries) {
    // Where there is a snapshot, too, that the journal does not make, it is the journal that is short.
    if (projectionFlaws.some(({ table }) => table === 'snapshot'))
      return wrongJournal(entries, cutFlaw(entries, snapshotsUpTo));
    const what = `it says that snapshots rest on ${snapshotsUpTo} entries, and none does`;
    projectionFlaws.push({ table: 'progress', row: null, what });
  }
  const chainEnds = found.flatMap(({ ends }) => ends);
  return {
    entries,
    accounts: chainEnds.filter(({ accountId }) => !isOwnStream(accountId)).length,
    journalFlaw: null,
    checkpoint: Math.min(...pinned.map((share) => share.checkpoint)),
    projectionFlaws,
    anchor: anchorOf(chainEnds),
    keptAnchor: keptAnchor === null ? null : checkAnchor(keptAnchor, found, { after, anchorEntries }),
  };
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
  return flaws.toSorted((a, b) => a.number - b.number)[0] ?? keyFlaw(found);
}

/** A key that two accounts have opens one of them only. */
function keyFlaw(found: readonly ShareReply[]): JournalFlaw | null {
  const owners = new Map<string, string>();
  for (const { keys } of found)
    for (const { digest, accountId } of keys) {
      const other = owners.get(digest);
      if (other !== undefined)
        return { number: 0, accountId, version: null, what: `it has a key that ${other} has too` };
      owners.set(digest, accountId);
    }
  return null;
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
  shares: readonly ShareCaller[],
  pinned: readonly VerifyRequests['open']['reply'][],
  found: readonly ShareReply[],
): Promise<ProjectionFlaw[]> {
  const damage = pinned.find((share) => share.damage !== null)?.damage;
  if (damage != null) return [{ table: 'derived.db', row: null, what: damage }];
  const sums = found.map((share) => share.ofSegments).reduce(addSegments);
  const latestMs = sums.map((_, at) => Math.max(...found.map((share) => share.latestMs[at] ?? -Infinity)));
  // Beside a server, a thread that came later may have other segments before it than those that were added up.
  const readers = shares.filter((_, at) => isDeepStrictEqual(pinned[at]?.plan, pinned[0]?.plan));
  const of = readers.length;
  const [ofShares, ofSegments] = await Promise.all([
    askAll(shares, 'compare', null),
    Promise.all(
      readers.map((share, index) => share.ask('compareSegments', { sums, latestMs, part: { index, of } })),
    ),
  ]);
  // One of each table: the first share that found one, or that of the first segment.
  const byTable = new Map<string, ProjectionFlaw>();
  for (const { table, row, what } of [...ofShares.flat(), ...ofSegments.flat().toSorted(bySegment)])
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
  const ends: ChainEnd[] = found.flatMap((share) => share.anchorEnds ?? []);
  return anchorOf(ends).digest === kept.digest ? { holds: true } : { holds: false, reason: 'changed' };
}

async function askThread<K extends keyof VerifyRequests>(
  thread: Thread,
  kind: K,
  request: VerifyRequests[K]['request'],
): Promise<VerifyRequests[K]['reply']> {
  try {
    return await thread.ask<VerifyRequests[K]['reply']>({ kind, request });
  } catch (cause) {
    throw new Fault('they cannot be read', {
      code: 'store-unreadable',
      retryable: true,
      outcome: 'not-applied',
      cause,
    });
  }
}

function askAll<K extends keyof VerifyRequests>(
  shares: readonly ShareCaller[],
  kind: K,
  request: VerifyRequests[K]['request'],
): Promise<VerifyRequests[K]['reply'][]> {
  return Promise.all(shares.map((share) => share.ask(kind, request)));
}
