import type { DatabaseSync } from 'node:sqlite';
import type { AccountState } from '../../../core/account.ts';
import { decodeState, encodeState } from '../../../core/entry-format.ts';
import { firstDifference } from '../../../core/first-difference.ts';
import { eachHold } from '../../../core/hold-tree.ts';
import type { SnapshotRow } from '../deriver-thread.ts';
import { isSnapshotDue } from '../snapshot-due.ts';
import { damageOf } from './damage.ts';
import type { ProjectionFlaw } from './verification.ts';

/** Sees every state of every account of a share. */
export interface SnapshotCheck {
  readonly meet: (state: AccountState, hash: string) => void;
  readonly flaws: () => readonly ProjectionFlaw[];
}

export const NO_SNAPSHOTS: SnapshotCheck = { meet: () => {}, flaws: () => [] };

/** Compares each snapshot with the state that the entries up to it make. */
export function checkSnapshots(derived: DatabaseSync, inShare: string): SnapshotCheck {
  const next = new Map<string, number>();
  const firsts = derived
    .prepare(`SELECT account_id AS id, min(version) AS version FROM snapshot WHERE ${inShare} GROUP BY 1`)
    .all();
  for (const { id, version } of firsts) next.set(id as string, version as number);
  const select = derived.prepare(
    `SELECT state, hash, (SELECT min(version) FROM snapshot AS later
       WHERE later.account_id = snapshot.account_id AND later.version > snapshot.version) AS nextVersion
     FROM snapshot WHERE account_id = ? AND version = ?`,
  );
  let flaw: ProjectionFlaw | null = null;
  const wrong = (accountId: string, version: number, what: string): ProjectionFlaw => ({
    table: 'snapshot',
    row: `${accountId} version ${version}`,
    what,
  });

  function check(state: AccountState, hash: string): void {
    next.delete(state.id);
    try {
      const stored = select.get(state.id, state.version) as unknown as SnapshotRow & {
        nextVersion: number | null;
      };
      const what = snapshotFlaw(stored, state, hash);
      if (what !== null) flaw ??= wrong(state.id, state.version, what);
      if (stored.nextVersion !== null) next.set(state.id, stored.nextVersion);
    } catch (error) {
      const damage = damageOf(error);
      if (damage === null) throw error;
      flaw ??= wrong(state.id, state.version, damage);
    }
  }

  return {
    meet: (state, hash) => {
      if (next.get(state.id) === state.version) check(state, hash);
    },
    flaws: () => {
      // Those that were never met: of versions, or accounts, that the journal does not have.
      for (const [id, version] of next) flaw ??= wrong(id, version, 'the journal knows nothing of it');
      return flaw === null ? [] : [flaw];
    },
  };
}

function snapshotFlaw(
  stored: Pick<SnapshotRow, 'state' | 'hash'>,
  state: AccountState,
  hash: string,
): string | null {
  if (stored.hash !== hash) return 'its hash is not that of the entry';
  // What was written by the same code is the same text; anything else is read and compared.
  if (stored.state === encodeState(state)) return null;
  try {
    const path = firstDifference(listed(decodeState(stored.state)), listed(state));
    return path === null ? null : `its ${path} is not what the entries make it`;
  } catch (error) {
    return `it cannot be read (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Two trees of the same holds may be balanced in different ways. */
function listed(state: AccountState): object {
  return { ...state, holds: [...eachHold(state.holds)] };
}

/** Keeps snapshots where a server would have: after so many entries, and of a large state more rarely. */
export function keepSnapshots(every: number, keep: (row: SnapshotRow) => void): SnapshotCheck {
  const last = new Map<string, number>();
  return {
    meet: (state, hash) => {
      const { id: accountId, version } = state;
      const since = version - (last.get(accountId) ?? 0);
      if (!isSnapshotDue(state, { since, every })) return;
      last.set(accountId, version);
      keep({ accountId, version, state: encodeState(state), hash });
    },
    flaws: () => [],
  };
}
