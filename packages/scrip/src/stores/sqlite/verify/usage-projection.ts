import type { DatabaseSync } from 'node:sqlite';
import type { UsageChange } from '../../../core/usage.ts';
import { SLOT_MS, usageOf } from '../../../core/usage.ts';
import { BILLION } from '../usage-table.ts';
import type { Projection, Sums } from './projection.ts';
import { PRIME } from './projection.ts';

const BY_SLOT = 40_503;
const BY_NAME = 30_011;
const BY_CALL = 7919;
const EXACT = 2n ** 53n;

/**
 * Usage by slot, pool, action and key. Sums of amounts do not tell which entries made them, so that each entry is added
 * with its row's weight; the weight of a row's three texts comes from a table that only this connection sees.
 */
export function createUsageProjection(): {
  readonly projection: Projection;
  /** Adds a row of usage that no entry is there for any more. */
  readonly addUsage: (sums: Sums, change: UsageChange) => void;
  /** Gives SQLite the weights of all texts met so far. */
  readonly keepNames: (database: DatabaseSync) => void;
} {
  const names = new Map<string, Map<string, Map<string, number>>>();
  let count = 0;

  function nameWeight({ pool, action, key }: UsageChange): number {
    const actions = inner(names, pool);
    const keys = inner(actions, action ?? '');
    let weight = keys.get(key ?? '');
    if (weight === undefined) {
      count += 1;
      weight = (count * BY_NAME) & 1_048_575;
      keys.set(key ?? '', weight);
    }
    return weight;
  }

  function addUsage(sums: Sums, change: UsageChange): void {
    const { slotMs, usedMicros, calls } = change;
    const weight = (((slotMs / SLOT_MS) * BY_SLOT + nameWeight(change)) & 1_048_575) | 1;
    const used =
      usedMicros < EXACT && usedMicros > -EXACT
        ? Number(usedMicros) % PRIME
        : Number(usedMicros % BigInt(PRIME));
    sums.sum = (sums.sum + ((weight * (used + calls * BY_CALL)) % PRIME)) % PRIME;
  }

  const projection: Projection = {
    table: 'usage',
    add: (sums, { entry }) => {
      const change = usageOf(entry);
      if (change !== null) addUsage(sums, change);
    },
    // A row that has come to nothing says as much as one that is not there.
    rows: '0',
    sum: `sum((((((slot_ms / ${SLOT_MS}) * ${BY_SLOT} + coalesce(weight, 524287)) & 1048575) | 1)
      * ((((used_billions % ${PRIME}) * ${BILLION} + used_rest) % ${PRIME}) + calls * ${BY_CALL})) % ${PRIME})`,
    name: `pool || ', ' || iif(action = '', 'no action', action) || ', key ' || iif(key = '', 'none', key) || ', slot ' || slot_ms`,
    // Never summed in SQLite, where a large amount would become a float.
    says: `used_billions || ' ' || used_rest || ' ' || calls`,
    put: (rows, { entry }) => {
      const change = usageOf(entry);
      if (change === null) return;
      const { pool, action, key, slotMs, usedMicros, calls } = change;
      const name = `${pool}, ${action ?? 'no action'}, key ${key ?? 'none'}, slot ${slotMs}`;
      const [used = '0', before = '0'] = (rows.get(name) ?? '0 0').split(' ');
      rows.set(name, `${BigInt(used) + usedMicros} ${Number(before) + calls}`);
    },
  };

  return {
    projection,
    addUsage,
    keepNames: (database) => {
      database.exec(
        `DROP TABLE IF EXISTS temp.usage_name;
         CREATE TEMP TABLE usage_name (pool, action, key, weight, PRIMARY KEY (pool, action, key)) WITHOUT ROWID`,
      );
      const insert = database.prepare('INSERT INTO temp.usage_name VALUES (?, ?, ?, ?)');
      for (const [pool, actions] of names)
        for (const [action, keys] of actions)
          for (const [key, weight] of keys) insert.run(pool, action, key, weight);
    },
  };
}

/** What a row of usage says, however its amount is split. */
export function usageSays(stored: string): string {
  const [billions = '0', rest = '0', calls = '0'] = stored.split(' ');
  return `${BigInt(billions) * BILLION + BigInt(rest)} ${calls}`;
}

function inner<K, V>(outer: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let found = outer.get(key);
  if (found === undefined) {
    found = new Map();
    outer.set(key, found);
  }
  return found;
}
