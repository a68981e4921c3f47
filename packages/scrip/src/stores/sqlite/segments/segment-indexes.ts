/**
 * The indexes of a segment. Each is an array of rows of numbers, sorted by the first two; where several rows have
 * those in common, the third is a position and goes up.
 *
 * - history: account's number, version, position
 * - grants, holds: as history, of entries of that kind alone
 * - continuation: account's number, the version that is continued, position of the entry that continues it
 * - usage: account's number, slot and name, amount (high and low), calls
 * - change: hash of account and id, position
 */
export const INDEX_COLUMNS = {
  history: 3,
  grants: 3,
  holds: 3,
  continuation: 3,
  usage: 5,
  change: 2,
} as const;

export type IndexName = keyof typeof INDEX_COLUMNS;

export const INDEX_NAMES = Object.keys(INDEX_COLUMNS) as readonly IndexName[];
