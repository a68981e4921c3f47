import type { DatabaseSync } from 'node:sqlite';
import type { RunEnd } from './change-runs.ts';
import { readRunEnds } from './change-runs.ts';
import { damageOf } from './damage.ts';
import { NoTables, openDerivedBeside } from './open-beside.ts';

/** The derived tables as they were when they were opened; null, and why, where they cannot be read. */
export interface PinnedDerived {
  readonly database: DatabaseSync | null;
  readonly damage: string | null;
  /** The last position that is in them. */
  readonly checkpoint: number;
  readonly seed: number;
  readonly runEnds: readonly RunEnd[];
}

export const ABSENT: PinnedDerived = { database: null, damage: null, checkpoint: 0, seed: 0, runEnds: [] };

/** `sealed`: up to where the journal is sealed, which they must have been made after. */
export function pinDerived(file: string, sealed: number): PinnedDerived {
  try {
    const database = openDerivedBeside(file);
    const progress = database.prepare('SELECT checkpoint, seed, sealed FROM progress').get();
    if (progress === undefined) throw new NoTables('it does not say how many entries it was made from');
    if (progress['sealed'] !== sealed) throw new NoTables('it was made before the journal was sealed');
    const { checkpoint, seed } = progress as { checkpoint: number; seed: number };
    return { database, damage: null, checkpoint, seed, runEnds: readRunEnds(database) };
  } catch (error) {
    const damage = error instanceof NoTables ? error.message : damageOf(error);
    if (damage === null) throw error;
    return { ...ABSENT, damage };
  }
}
