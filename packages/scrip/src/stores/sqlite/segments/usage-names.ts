import type { DatabaseSync } from 'node:sqlite';
import { copyOf } from '../../../ledger/copy-of.ts';

/** What was used, by whom: rows of usage name the three by one number. Null action and key are empty texts. */
export interface UsageName {
  readonly pool: string;
  readonly action: string;
  readonly key: string;
}

/** Numbers for what is used, all in memory: there are as many as pools, actions and keys that went together. */
export interface UsageNames {
  readonly of: (name: { pool: string; action: string | null; key: string | null }) => number;
}

/** The number of what has no name: one that none is given. */
export const UNKNOWN_NAME = 0;

/** `add` gives a number to what has none yet. */
export function createUsageNames(
  known: readonly (UsageName & { readonly name: number })[],
  add: (name: UsageName) => number,
): UsageNames {
  const pools = new Map<string, Map<string, Map<string, number>>>();
  for (const { pool, action, key, name } of known) keysOf(pool, action).set(key, name);

  function keysOf(pool: string, action: string): Map<string, number> {
    const actions = inner(pools, pool);
    return inner(actions, action);
  }

  // What follows is mostly of the same name, and three texts are compared sooner than looked for.
  let last: UsageName | null = null;
  let lastName = UNKNOWN_NAME;

  return {
    of: (used) => {
      const { pool, action, key } = { pool: used.pool, action: used.action ?? '', key: used.key ?? '' };
      if (last !== null && last.pool === pool && last.action === action && last.key === key) return lastName;
      const keys = keysOf(pool, action);
      let name = keys.get(key);
      if (name === undefined) {
        name = add({ pool, action, key });
        keys.set(copyOf(key), name);
      }
      last = { pool, action, key };
      lastName = name;
      return name;
    },
  };
}

export function readUsageNames(database: DatabaseSync): (UsageName & { readonly name: number })[] {
  return database.prepare('SELECT name, pool, action, key FROM usage_name ORDER BY name').all() as never;
}

/** Names that are kept in the database. The caller holds the transaction. */
export function createStoredUsageNames(database: DatabaseSync): UsageNames {
  const insert = database.prepare('INSERT INTO usage_name (pool, action, key) VALUES (?, ?, ?)');
  return createUsageNames(readUsageNames(database), ({ pool, action, key }) =>
    Number(insert.run(pool, action, key).lastInsertRowid),
  );
}

function inner<V>(outer: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let found = outer.get(key);
  if (found === undefined) {
    found = new Map();
    // A part of a block's text would keep all of that.
    outer.set(copyOf(key), found);
  }
  return found;
}
