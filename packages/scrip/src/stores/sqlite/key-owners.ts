import type { Answer } from '../../ledger/answer.ts';
import { createPackedMap } from './packed-map.ts';

/**
 * Remembers who holds a key, so that admission asks the disk once. Only owners are remembered, never absence: unknown
 * keys must not fill it. A change of a key forgets it, also for a look-up that is under way.
 */
export interface KeyOwners {
  readonly find: (digest: string) => Answer<string | null>;
  readonly forget: (digest: string) => void;
}

export function createKeyOwners({
  read,
  packedBytes,
}: {
  readonly read: (digest: string) => Promise<string | null>;
  /** What they may take. */
  readonly packedBytes: number;
}): KeyOwners {
  const owners = createPackedMap(packedBytes);
  let changes = 0;

  async function load(digest: string): Promise<string | null> {
    const changesBefore = changes;
    const owner = await read(digest);
    if (owner === null || changes !== changesBefore) return owner;
    owners.set(digest, Buffer.from(owner));
    return owner;
  }

  return {
    find: (digest) => owners.get(digest, asText) ?? load(digest),
    forget: (digest) => {
      changes += 1;
      owners.delete(digest);
    },
  };
}

function asText(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end);
}
