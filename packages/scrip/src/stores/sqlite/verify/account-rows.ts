import type { DatabaseSync } from 'node:sqlite';
import type { AccountState } from '../../../core/account.ts';
import type { Entry } from '../../../core/entry.ts';
import type { ProjectionFlaw } from './verification.ts';

/** Accounts and keys: rows that are few enough to be compared one by one. */
export interface AccountRows {
  readonly add: (entry: Entry) => void;
  /** An account as it stood when its oldest entries were sealed. */
  readonly addSealed: (state: AccountState) => void;
  readonly check: (derived: DatabaseSync, inShare: (column: string) => string) => ProjectionFlaw[];
}

export function createAccountRows(): AccountRows {
  const accounts = new Map<string, string>();
  const keyOwners = new Map<string, string>();
  return {
    add: (entry) => {
      if (entry.kind === 'AccountOpened' && !entry.accountId.startsWith('$'))
        accounts.set(entry.accountId, 'there');
      else if (entry.kind === 'KeyAdded') keyOwners.set(entry.digest, entry.accountId);
      else if (entry.kind === 'KeyRevoked') keyOwners.delete(entry.digest);
    },
    addSealed: ({ id, keys }) => {
      if (!id.startsWith('$')) accounts.set(id, 'there');
      for (const { digest } of keys) keyOwners.set(digest, id);
    },
    check: (derived, inShare) => {
      const where = `WHERE ${inShare('account_id')}`;
      const listed = `SELECT account_id AS name, 'there' AS says FROM account ${where}`;
      const held = `SELECT digest AS name, account_id AS says FROM api_key ${where}`;
      return [
        ...firstWrongRow('account', accounts, derived.prepare(listed).iterate()),
        ...firstWrongRow('api_key', keyOwners, derived.prepare(held).iterate()),
      ];
    },
  };
}

/** The first row that says something else than it should, that should not be there, or that is missing. */
export function firstWrongRow(
  table: string,
  expected: ReadonlyMap<string, string>,
  actual: Iterable<Record<string, unknown>>,
  meaning: (says: string) => string = (says) => says,
): ProjectionFlaw[] {
  const missing = new Map(expected);
  for (const { name, says } of actual) {
    const row = String(name);
    const should = missing.get(row);
    if (should === undefined) return [{ table, row, what: 'the journal knows nothing of it' }];
    const does = meaning(String(says));
    if (does !== should) return [{ table, row, what: `it says "${does}" and not "${should}"` }];
    missing.delete(row);
  }
  const [row] = missing.keys();
  return row === undefined ? [] : [{ table, row, what: 'it is missing' }];
}
