import type { DatabaseSync } from 'node:sqlite';
import { knownEntries } from '../known-entries.ts';
import { readMoved } from '../segments/account-numbers.ts';
import type { Segment } from '../segments/segment-set.ts';
import { createSegmentSet } from '../segments/segment-set.ts';
import type { UsageName } from '../segments/usage-names.ts';
import { readUsageNames } from '../segments/usage-names.ts';
import { damageOf } from './damage.ts';
import { NoTables, openDerivedBeside } from './open-beside.ts';

/** The segments of derived tables, as far as it takes to say which rows an entry has in which of them. */
export interface SegmentPlan {
  readonly seed: number;
  /** The last position that is in them. */
  readonly checkpoint: number;
  /** The last position of each, in order. */
  readonly ends: readonly number[];
  /** The accounts whose number is not their hash. */
  readonly moved: ReadonlyMap<string, number>;
  readonly names: readonly (UsageName & { readonly name: number })[];
}

/** The derived tables as they were when they were opened; null, and why, where they cannot be read. */
export interface PinnedDerived {
  readonly database: DatabaseSync | null;
  readonly damage: string | null;
  readonly checkpoint: number;
  /** Entries that they were made from, where segments and checkpoint agree on it; as of `knownEntries` where they cannot be read. */
  readonly known: number;
  /** As it is said of snapshots. */
  readonly snapshotsUpTo: number;
  readonly plan: SegmentPlan;
}

const NO_SEGMENTS: SegmentPlan = { seed: 0, checkpoint: 0, ends: [], moved: new Map(), names: [] };
export const ABSENT: PinnedDerived = {
  database: null,
  damage: null,
  checkpoint: 0,
  known: 0,
  snapshotsUpTo: 0,
  plan: NO_SEGMENTS,
};

interface Progress {
  readonly checkpoint: number;
  readonly seed: number;
  readonly snapshotsUpTo: number;
}

/** `sealed`: up to where the journal is sealed, which they must have been made after. */
export function pinDerived(file: string, sealed: number): PinnedDerived {
  try {
    const database = openDerivedBeside(file);
    const progress = database
      .prepare('SELECT checkpoint, seed, sealed, snapshots_up_to AS snapshotsUpTo FROM progress')
      .get();
    if (progress === undefined) throw new NoTables('it does not say how many entries it was made from');
    const { checkpoint, seed, snapshotsUpTo } = progress as unknown as Progress;
    if (progress['sealed'] !== sealed)
      throw new NoTables('it was made before the journal was sealed', knownEntries(database));
    const ends = createSegmentSet(database)().map(({ upTo }: Segment) => upTo);
    const plan = { seed, checkpoint, ends, moved: readMoved(database), names: readUsageNames(database) };
    const known = Math.min(checkpoint, ends.at(-1) ?? 0);
    return { database, damage: null, checkpoint, known, snapshotsUpTo, plan };
  } catch (error) {
    if (error instanceof NoTables) return { ...ABSENT, damage: error.message, known: error.known };
    const damage = damageOf(error);
    if (damage === null) throw error;
    return { ...ABSENT, damage };
  }
}
