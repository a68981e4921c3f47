/** Keys that are in memory, at most. */
const CACHED_KEYS = 200_000;

/**
 * Remembers who holds a key, so that admission asks the disk once. Only owners are remembered, never absence: unknown
 * keys must not fill it. A change of a key forgets it, also for a look-up that is under way.
 */
export interface KeyOwners {
  readonly find: (digest: string) => Promise<string | null>;
  readonly forget: (digest: string) => void;
}

export function createKeyOwners(read: (digest: string) => Promise<string | null>): KeyOwners {
  const owners = new Map<string, string>();
  let changes = 0;

  return {
    find: async (digest) => {
      const known = owners.get(digest);
      if (known !== undefined) return known;
      const changesBefore = changes;
      const owner = await read(digest);
      if (owner === null || changes !== changesBefore) return owner;
      if (owners.size >= CACHED_KEYS) owners.delete(owners.keys().next().value ?? '');
      owners.set(digest, owner);
      return owner;
    },
    forget: (digest) => {
      changes += 1;
      owners.delete(digest);
    },
  };
}
