import type { DatabaseSync } from 'node:sqlite';

/**
 * Segments name accounts by numbers: a number is the hash of the account's id, so that nobody has to look it up, and of
 * two accounts with the same hash the later one gets the next number that is free. So a number is one account's alone,
 * and what is found by it needs no second look.
 */
export interface AccountNumbers {
  readonly of: (accountId: string) => number;
  /** Gives a new account its number. */
  readonly add: (accountId: string) => void;
}

export function createAccountNumbers(
  database: DatabaseSync,
  hashOf: (accountId: string) => number,
): AccountNumbers {
  const moved = readMoved(database);
  const insert = database.prepare(
    'INSERT INTO account (account_id, number, moved) VALUES (?, ?, ?) ON CONFLICT (number) DO NOTHING',
  );
  return {
    of: numberedBy(moved, hashOf),
    add: (accountId) => {
      let number = hashOf(accountId);
      if (insert.run(accountId, number, 0).changes === 1) return;
      do number = (number + 1) % 2 ** 53;
      while (insert.run(accountId, number, 1).changes === 0);
      moved.set(accountId, number);
    },
  };
}

/** The accounts whose number is not their hash; nearly always there are none. */
export function readMoved(database: DatabaseSync): Map<string, number> {
  const rows = database.prepare('SELECT account_id, number FROM account WHERE moved = 1').all();
  return new Map(rows.map((row) => [row['account_id'] as string, row['number'] as number]));
}

export function numberedBy(
  moved: ReadonlyMap<string, number>,
  hashOf: (accountId: string) => number,
): AccountNumbers['of'] {
  return (accountId) => (moved.size === 0 ? undefined : moved.get(accountId)) ?? hashOf(accountId);
}
