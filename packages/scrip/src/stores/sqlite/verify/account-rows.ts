import type { DatabaseSync } from 'node:sqlite';
import type { AccountState } from '../../../core/account.ts';
import type { Entry } from '../../../core/entry.ts';
import { textHash } from '../change-filter.ts';
import type { ProjectionFlaw } from './verification.ts';

/** Accounts and keys: rows that are few enough to be compared one by one. */
export interface AccountRows {
  /** In each account's order; of several accounts in any. */
  readonly add: (position: number, entry: Entry) => void;
  /** An account as it stood when its oldest entries were sealed. */
  readonly addSealed: (state: AccountState) => void;
  /** Once: what is found is forgotten. */
  readonly check: (derived: DatabaseSync, inShare: (column: string) => string) => ProjectionFlaw[];
}

/** What became of a key last; a key that is revoked may be another account's later. */
interface KeyChange {
  readonly position: number;
  readonly owner: string | null;
}

/** `numberOf`: the numbers of accounts as the derived tables give them. */
export function createAccountRows(numberOf: (accountId: string) => number, seed: number): AccountRows {
  const accounts = new Set<string>();
  const keys = new Map<string, KeyChange>();
  const changeKey = (digest: string, change: KeyChange) => {
    if (change.position > (keys.get(digest)?.position ?? 0)) keys.set(digest, change);
  };
  return {
    add: (position, entry) => {
      if (entry.version === 1) accounts.add(entry.accountId);
      if (entry.kind === 'KeyAdded') changeKey(entry.digest, { position, owner: entry.accountId });
      else if (entry.kind === 'KeyRevoked') changeKey(entry.digest, { position, owner: null });
    },
    addSealed: (state) => {
      accounts.add(state.id);
      for (const { digest } of state.keys) keys.set(digest, { position: 0, owner: state.id });
    },
    check: (derived, inShare) => {
      const mine = inShare('account_id');
      const listed = `SELECT account_id AS name, 'number ' || number AS says FROM account WHERE ${mine}`;
      const held = `SELECT digest AS name, account_id AS says FROM api_key WHERE ${mine}`;
      const numbers = {
        take: (id: string) => (accounts.delete(id) ? `number ${numberOf(id)}` : undefined),
        left: () => accounts.keys().next().value,
      };
      for (const [digest, { owner }] of keys) if (owner === null) keys.delete(digest);
      const owners = {
        take: (digest: string) => {
          const owner = keys.get(digest)?.owner ?? undefined;
          keys.delete(digest);
          return owner;
        },
        left: () => keys.keys().next().value,
      };
      return [
        ...firstWrongRow('account', numbers, derived.prepare(listed).iterate()),
        ...needlesslyMoved(derived, seed, mine),
        ...firstWrongRow('api_key', owners, derived.prepare(held).iterate()),
      ];
    },
  };
}

/** Another number than its hash is an account's only where another account has that. */
function needlesslyMoved(derived: DatabaseSync, seed: number, mine: string): ProjectionFlaw[] {
  const selectHolder = derived.prepare('SELECT account_id AS id FROM account WHERE number = ?');
  for (const { id } of derived
    .prepare(`SELECT account_id AS id FROM account WHERE moved = 1 AND ${mine}`)
    .iterate()) {
    const holder = selectHolder.get(textHash(seed, id as string))?.['id'] ?? id;
    if (holder === id)
      return [{ table: 'account', row: id as string, what: 'it has not the number that its id leads to' }];
  }
  return [];
}

/** What rows should say. */
interface Expected {
  /** Of a row that is there; undefined where it should not be. */
  readonly take: (row: string) => string | undefined;
  /** A row that was not taken. */
  readonly left: () => string | undefined;
}

/** The first row that says something else than it should, that should not be there, or that is missing. */
function firstWrongRow(
  table: string,
  { take, left }: Expected,
  actual: Iterable<Record<string, unknown>>,
): ProjectionFlaw[] {
  for (const { name, says } of actual) {
    const row = String(name);
    const should = take(row);
    if (should === undefined) return [{ table, row, what: 'the journal knows nothing of it' }];
    const does = String(says);
    if (does !== should) return [{ table, row, what: `it says "${does}" and not "${should}"` }];
  }
  const row = left();
  return row === undefined ? [] : [{ table, row, what: 'it is missing' }];
}
