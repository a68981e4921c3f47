import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../../core/entry.ts';
import type { StoredEntry } from '../../../core/entry-format.ts';
import { decodeEntry } from '../../../core/entry-format.ts';
import { changeHash } from '../change-filter.ts';
import { createEntryRows } from '../entry-rows.ts';
import type { Share } from './share.ts';
import { isInShare } from './share.ts';
import type { JournalFlaw } from './verification.ts';

/** No setting lets an id be used again sooner. */
const KEPT_MS = 24 * 3_600_000;

interface Use {
  readonly position: number;
  readonly version: number;
  readonly atMs: number;
}

/**
 * The first change that bears an id of its account that was used shortly before. `hashes` are those that came more
 * than once: mostly none, and then nothing is read again; different ids may share one.
 */
export function findReusedId({
  journal,
  share,
  upTo,
  hashes,
  seed,
}: {
  readonly journal: DatabaseSync;
  readonly share: Share;
  readonly upTo: number;
  readonly hashes: ReadonlySet<number>;
  readonly seed: number;
}): JournalFlaw | null {
  if (hashes.size === 0) return null;
  const used = new Map<string, Use>();
  for (const row of createEntryRows(journal, 'main').each({ after: 0, upTo })) {
    if (!isInShare(share, row.accountId)) continue;
    const { accountId, version, change, atMs } = decodeEntry(row);
    if (change === null || !hashes.has(changeHash(seed, accountId, change.id))) continue;
    const key = `${accountId}\n${change.id}`;
    const before = used.get(key);
    const next = { position: row.position, version, atMs };
    if (
      before !== undefined &&
      atMs - before.atMs < KEPT_MS &&
      longestBetween(journal, before, next) < KEPT_MS
    ) {
      const what = `its id ${JSON.stringify(change.id)} is that of version ${before.version}`;
      return { number: row.position, accountId, version, what };
    }
    used.set(key, next);
  }
  return null;
}

/**
 * The longest time that may lie between a use of an id and another one, as far as the journal tells: where the clock was
 * set back in between, the account's time stood still while it went on.
 */
function longestBetween(journal: DatabaseSync, before: Use, next: Use): number {
  let earliestMs = before.atMs;
  const range = { after: before.position, upTo: next.position };
  for (const row of createEntryRows(journal, 'main').each(range)) {
    const { change, atMs } = readOf(row) ?? { change: null, atMs: 0 };
    // What time does is recorded late, with the moment at which it was due.
    if (change !== null) earliestMs = Math.min(earliestMs, atMs);
  }
  return next.atMs - earliestMs;
}

/** Null for what is no entry: another share's, which says so. */
function readOf(row: StoredEntry): Entry | null {
  try {
    return decodeEntry(row);
  } catch {
    return null;
  }
}
