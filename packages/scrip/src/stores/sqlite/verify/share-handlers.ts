import type { DataDirectory } from '../data-directory.ts';
import type { SnapshotRow } from '../deriver-thread.ts';
import { readSeal } from '../seal.ts';
import type { AccountRows } from './account-rows.ts';
import type { SegmentBasis, SegmentFlaw } from './compare-segments.ts';
import { compareSegments } from './compare-segments.ts';
import { damageOf } from './damage.ts';
import type { SegmentSums } from './derived-sums.ts';
import { openJournalBeside } from './open-beside.ts';
import type { PinnedDerived } from './pinned-derived.ts';
import { ABSENT, pinDerived } from './pinned-derived.ts';
import type { Share } from './share.ts';
import { inShare } from './share.ts';
import type { ShareRequest, VerifiedShare } from './share-verifier.ts';
import { verifyShare } from './share-verifier.ts';
import type { SnapshotCheck } from './snapshots.ts';
import { checkSnapshots, keepSnapshots, NO_SNAPSHOTS } from './snapshots.ts';
import type { ProjectionFlaw } from './verification.ts';

/** What is asked of a thread, in this order: of each share of the accounts that it looks at, to verify and to compare. */
export interface VerifyRequests {
  /** Pins what the derived tables hold at this moment. */
  readonly open: { request: null; reply: Omit<PinnedDerived, 'database'> };
  readonly verify: { request: ShareRequest; reply: ShareReply };
  /** Compares the rows that the share has in the other derived tables with what its entries make them. */
  readonly compare: { request: null; reply: readonly ProjectionFlaw[] };
  /** Compares a part of the segments, which hold rows of all shares, with what all shares' entries make them. */
  readonly compareSegments: {
    request: Pick<SegmentBasis, 'sums' | 'latestMs' | 'part'>;
    reply: readonly SegmentFlaw[];
  };
  readonly close: { request: null; reply: null };
}

export interface ShareReply extends Omit<VerifiedShare, 'sums'> {
  readonly ofSegments: readonly SegmentSums[];
  readonly latestMs: readonly number[];
}

export interface VerifyShareData {
  readonly files: DataDirectory['files'];
  /** Not null: snapshots are made, one after so many entries, and the derived tables are not looked at. */
  readonly snapshotEvery: number | null;
}

export type VerifyNotice =
  | { readonly kind: 'progress'; readonly entries: number }
  | { readonly kind: 'snapshots'; readonly rows: readonly SnapshotRow[] };

export type ShareHandlers = {
  [K in keyof VerifyRequests]: (request: VerifyRequests[K]['request']) => VerifyRequests[K]['reply'];
};

const SNAPSHOTS_AT_ONCE = 64;

/** Looks at shares of the accounts, one after the other, in the thread that calls it. */
export function createShareHandlers(
  { files, snapshotEvery }: VerifyShareData,
  notify: (notice: VerifyNotice) => void,
): ShareHandlers {
  const journal = openJournalBeside(files.journal);
  let pinned: PinnedDerived = ABSENT;
  let snapshots: SnapshotCheck = NO_SNAPSHOTS;
  let verified: { readonly share: Share; readonly rows: AccountRows } | null = null;
  /** Entries of the shares before this one. */
  let earlier = 0;
  let keptRows: SnapshotRow[] = [];

  function sendSnapshots(least: number): void {
    if (keptRows.length < least) return;
    notify({ kind: 'snapshots', rows: keptRows });
    keptRows = [];
  }

  function snapshotsOf(share: Share): SnapshotCheck {
    if (snapshotEvery === null)
      return pinned.database === null
        ? NO_SNAPSHOTS
        : checkSnapshots(pinned.database, inShare(share, 'account_id'));
    return keepSnapshots(snapshotEvery, (row) => {
      keptRows.push(row);
      sendSnapshots(SNAPSHOTS_AT_ONCE);
    });
  }

  return {
    open: () => {
      if (snapshotEvery !== null) return ABSENT;
      pinned = pinDerived(files.derived, readSeal(journal)?.position ?? 0);
      const { database: _database, ...reply } = pinned;
      return reply;
    },
    verify: (request) => {
      // What is known of the accounts before goes first: there is room for those of one share.
      verified = null;
      snapshots = NO_SNAPSHOTS;
      snapshots = snapshotsOf(request.share);
      const { checkpoint } = pinned;
      const onProgress = (entries: number) => notify({ kind: 'progress', entries: earlier + entries });
      const { sums, ...found } = verifyShare({ journal, checkpoint, snapshots }, request, onProgress);
      earlier += found.entries;
      verified = { share: request.share, rows: sums.rows };
      sendSnapshots(1);
      return { ...found, ofSegments: sums.ofSegments, latestMs: sums.latestMs };
    },
    compare: () => {
      const { database: derived } = pinned;
      if (derived === null || verified === null) return [];
      const { share, rows } = verified;
      const mine = (column: string) => inShare(share, column);
      return findDamage(() => [...snapshots.flaws(), ...rows.check(derived, mine)]);
    },
    compareSegments: ({ sums, latestMs, part }) => {
      const { database, plan } = pinned;
      if (database === null) return [];
      return findDamage(() => compareSegments(database, { journal, plan, sums, latestMs, part }));
    },
    close: () => {
      pinned.database?.close();
      journal.close();
      return null;
    },
  };
}

/** What damages a derived table is a finding, and no failure. */
function findDamage(find: () => readonly SegmentFlaw[]): readonly SegmentFlaw[] {
  try {
    return find();
  } catch (error) {
    const what = damageOf(error);
    if (what === null) throw error;
    return [{ table: 'derived.db', row: null, what }];
  }
}
