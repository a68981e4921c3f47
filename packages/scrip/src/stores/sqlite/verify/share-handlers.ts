import type { DataDirectory } from '../data-directory.ts';
import type { SnapshotRow } from '../deriver-thread.ts';
import { readSeal } from '../seal.ts';
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

/** What is asked of a share of the accounts; in this order. */
export interface VerifyRequests {
  /** Pins what the derived tables hold at this moment. */
  readonly open: { request: null; reply: Omit<PinnedDerived, 'database'> };
  readonly verify: { request: ShareRequest; reply: ShareReply };
  /** Compares the share's rows of the other derived tables with what its entries make them. */
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
  readonly share: Share;
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

/** Looks at one share of the accounts, in the thread that calls it. */
export function createShareHandlers(
  { files, share, snapshotEvery }: VerifyShareData,
  notify: (notice: VerifyNotice) => void,
): ShareHandlers {
  const journal = openJournalBeside(files.journal);
  const mine = (column: string) => inShare(share, column);
  let pinned: PinnedDerived = ABSENT;
  let snapshots: SnapshotCheck = NO_SNAPSHOTS;
  let verified: VerifiedShare | null = null;
  let keptRows: SnapshotRow[] = [];

  function sendSnapshots(least: number): void {
    if (keptRows.length < least) return;
    notify({ kind: 'snapshots', rows: keptRows });
    keptRows = [];
  }

  return {
    open: () => {
      if (snapshotEvery !== null) {
        snapshots = keepSnapshots(snapshotEvery, (row) => {
          keptRows.push(row);
          sendSnapshots(SNAPSHOTS_AT_ONCE);
        });
        return ABSENT;
      }
      pinned = pinDerived(files.derived, readSeal(journal)?.position ?? 0);
      const { database, ...reply } = pinned;
      if (database !== null) snapshots = checkSnapshots(database, mine('account_id'));
      return reply;
    },
    verify: (request) => {
      const { checkpoint } = pinned;
      const onProgress = (entries: number) => notify({ kind: 'progress', entries });
      verified = verifyShare({ journal, checkpoint, share, snapshots }, request, onProgress);
      sendSnapshots(1);
      const { sums, ...found } = verified;
      return { ...found, ofSegments: sums.ofSegments, latestMs: sums.latestMs };
    },
    compare: () => {
      const { database: derived } = pinned;
      if (derived === null || verified === null) return [];
      const { rows } = verified.sums;
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
