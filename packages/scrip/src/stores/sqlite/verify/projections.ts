import { continuedVersion } from '../../../core/entry.ts';
import type { Projection } from './projection.ts';
import { PRIME, weightOf, weightSql } from './projection.ts';

const BY_POSITION = 40_503;
const BY_TIME = 30_011;

/** Where each entry stands in the journal, and when it was recorded. */
const history: Projection = {
  table: 'history',
  add: (sums, { position, entry: { version, atMs } }) => {
    sums.rows += 1;
    const row =
      weightOf(version, BY_POSITION) * (position % PRIME) + weightOf(version, BY_TIME) * (atMs % PRIME);
    sums.sum = (sums.sum + (row % PRIME)) % PRIME;
  },
  rows: 'count(*)',
  sum: `sum((${weightSql('version', BY_POSITION)} * (position % ${PRIME}) + ${weightSql('version', BY_TIME)} * (at_ms % ${PRIME})) % ${PRIME})`,
  name: `'version ' || version`,
  says: `'position ' || position || ', recorded ' || at_ms`,
  put: (rows, { position, entry: { version, atMs } }) =>
    rows.set(`version ${version}`, `position ${position}, recorded ${atMs}`),
};

const LISTED = new Set<string>(['CreditsGranted', 'HoldPlaced']);

/** Grants and holds, which are listed apart. */
const entryOfKind: Projection = {
  table: 'entry_of_kind',
  add: (sums, { entry: { kind, version } }) => {
    if (!LISTED.has(kind)) return;
    sums.rows += 1;
    sums.sum = (sums.sum + ((weightOf(version, BY_POSITION) * kind.charCodeAt(0)) % PRIME)) % PRIME;
  },
  rows: 'count(*)',
  // Another kind than the two counts as none.
  sum: `sum(iif(kind IN ('CreditsGranted', 'HoldPlaced'), ${weightSql('version', BY_POSITION)} * unicode(kind), 0) % ${PRIME})`,
  name: `kind || ' of version ' || version`,
  says: `'there'`,
  put: (rows, { entry: { kind, version } }) => {
    if (LISTED.has(kind)) rows.set(`${kind} of version ${version}`, 'there');
  },
};

/** By an entry that others continue: the latest of them. */
const continuation: Projection = {
  table: 'continuation',
  add: (sums, { entry }, earlier) => {
    const continued = continuedVersion(entry);
    if (continued === null) return;
    const weight = weightOf(continued, BY_POSITION);
    if (earlier === undefined) sums.rows += 1;
    // A later one takes the place of the earlier.
    const row = (weight * (entry.version % PRIME)) % PRIME;
    const gone = earlier === undefined ? 0 : (weight * (earlier % PRIME)) % PRIME;
    sums.sum = (sums.sum + row - gone) % PRIME;
  },
  rows: 'count(*)',
  sum: `sum((${weightSql('continued_version', BY_POSITION)} * (version % ${PRIME})) % ${PRIME})`,
  name: `'version ' || continued_version`,
  says: `'continued by version ' || version`,
  put: (rows, { entry }) => {
    const continued = continuedVersion(entry);
    if (continued !== null) rows.set(`version ${continued}`, `continued by version ${entry.version}`);
  },
};

/** Those that are compared by sums that SQLite can make by itself. */
export const PLAIN_PROJECTIONS: readonly Projection[] = [history, entryOfKind, continuation];
