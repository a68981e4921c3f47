import type { DatabaseSync } from 'node:sqlite';
import { decodeEntry, decodeState } from '../../../core/entry-format.ts';
import { textHash } from '../change-filter.ts';
import { createEntryRows } from '../entry-rows.ts';
import { readSeal } from '../seal.ts';
import { createDuplicateHashes } from './duplicate-hashes.ts';
import type { JournalFlaw } from './verification.ts';

interface Owner {
  readonly accountId: string;
  /** Of the entry that gave it the key; 0 and null where that was sealed. */
  readonly number: number;
  readonly version: number | null;
}

/**
 * The first entry that gave an account a key which another one has too: it opens one of them only. `keys`: hashes of the
 * keys of all accounts. Mostly none came more than once, and then nothing is read again; different keys may share one.
 */
export function findSharedKey({
  journal,
  upTo,
  keys,
  seed,
}: {
  readonly journal: DatabaseSync;
  readonly upTo: number;
  readonly keys: readonly Float64Array[];
  readonly seed: number;
}): JournalFlaw | null {
  const hashes = repeatedOf(keys);
  if (hashes.size === 0) return null;
  const owners = new Map<string, Owner[]>();
  const give = (digest: string, owner: Owner) => {
    if (hashes.has(textHash(seed, digest))) owners.set(digest, [...(owners.get(digest) ?? []), owner]);
  };
  const after = readSeal(journal)?.position ?? 0;
  if (after > 0)
    for (const { state } of journal.prepare('SELECT state FROM sealed_account').iterate()) {
      const { id: accountId, keys: sealed } = decodeState(state as string);
      for (const { digest } of sealed) give(digest, { accountId, number: 0, version: null });
    }
  for (const row of createEntryRows(journal, 'main').each({ after, upTo })) {
    const entry = decodeEntry(row);
    const { accountId, version } = entry;
    if (entry.kind === 'KeyAdded') give(entry.digest, { accountId, number: row.position, version });
    else if (entry.kind === 'KeyRevoked') {
      const others = owners.get(entry.digest)?.filter((owner) => owner.accountId !== accountId);
      if (others !== undefined) owners.set(entry.digest, others);
    }
  }
  return firstFlaw(owners.values());
}

function repeatedOf(keys: readonly Float64Array[]): ReadonlySet<number> {
  const hashes = createDuplicateHashes();
  try {
    for (const ofShare of keys) for (const hash of ofShare) hashes.add(hash);
    return hashes.repeated();
  } finally {
    hashes.close();
  }
}

/** Owners are in the order in which they were given the key. */
function firstFlaw(owners: Iterable<readonly Owner[]>): JournalFlaw | null {
  const flaws = [...owners].flatMap(([first, second]) =>
    first === undefined || second === undefined
      ? []
      : { ...second, what: `it has a key that ${first.accountId} has too` },
  );
  return flaws.toSorted((a, b) => a.number - b.number)[0] ?? null;
}
