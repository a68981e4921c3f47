import type { DatabaseSync } from 'node:sqlite';
import type { UsageChange } from '../../../core/usage.ts';
import type { AccountRows } from './account-rows.ts';
import { createAccountRows } from './account-rows.ts';
import type { RunEnd } from './change-runs.ts';
import { addChange } from './change-runs.ts';
import type { PlacedEntry, Projection, Sums } from './projection.ts';
import { PLAIN_PROJECTIONS } from './projections.ts';
import { createUsageProjection } from './usage-projection.ts';

/** What the derived tables must hold, as far as memory that does not grow with the entries can know it. */
export interface DerivedSums {
  /** `replaced`: the version that continued the same entry before. */
  readonly add: (placed: PlacedEntry, replaced: number | undefined) => void;
  readonly addSealed: AccountRows['addSealed'];
  /** An entry that was kept when others were sealed; its usage is in the sealed sums. */
  readonly addKept: (placed: PlacedEntry) => void;
  readonly addSealedUsage: (accountId: string, change: UsageChange) => void;
  readonly addChange: (hash: number, position: number) => void;
  readonly projections: readonly Projection[];
  /** By account, in the order of the projections. */
  readonly ofAccounts: ReadonlyMap<string, readonly Sums[]>;
  readonly rows: AccountRows;
  /** In the order of the runs. */
  readonly ofRuns: readonly Sums[];
  /** Gives the connection what the comparison of usage needs. */
  readonly keepNames: (derived: DatabaseSync) => void;
}

export function createDerivedSums(runEnds: readonly RunEnd[]): DerivedSums {
  const { projection: usage, addUsage, keepNames } = createUsageProjection();
  const projections = [...PLAIN_PROJECTIONS, usage];
  const rows = createAccountRows();
  const ofAccounts = new Map<string, Sums[]>();
  const ofRuns = runEnds.map(() => ({ rows: 0, sum: 0 }));
  let run = 0;

  function sumsOf(accountId: string): Sums[] {
    let account = ofAccounts.get(accountId);
    if (account === undefined) {
      account = projections.map(() => ({ rows: 0, sum: 0 }));
      ofAccounts.set(accountId, account);
    }
    return account;
  }

  return {
    projections,
    ofAccounts,
    rows,
    ofRuns,
    keepNames,
    addSealed: rows.addSealed,
    addKept: (placed) => {
      const account = sumsOf(placed.entry.accountId);
      for (const [at, projection] of PLAIN_PROJECTIONS.entries())
        projection.add(account[at] as Sums, placed, undefined);
      rows.add(placed.entry);
    },
    addSealedUsage: (accountId, change) => addUsage(sumsOf(accountId).at(-1) as Sums, change),
    add: (placed, replaced) => {
      const { entry } = placed;
      const account = sumsOf(entry.accountId);
      for (let at = 0; at < projections.length; at += 1)
        projections[at]?.add(account[at] as Sums, placed, replaced);
      rows.add(entry);
    },
    addChange: (hash, position) => {
      while (position > (runEnds[run]?.lastPosition ?? Infinity)) run += 1;
      const sums = ofRuns[run];
      if (sums !== undefined) addChange(sums, hash, position);
    },
  };
}
