/**
 * A set of keys by one bit each: a key that is not in it was never added, one that is may be another of the same bit.
 * It can be sent between threads, and two of them can be put together.
 */
export type KeyFilter = Uint32Array<ArrayBuffer>;

/** 512 kB: of a million keys that were added, one in five that were not looks as if it were. */
const BITS = 2 ** 22;

export function newKeyFilter(): KeyFilter {
  return new Uint32Array(BITS / 32);
}

export function addKey(filter: KeyFilter, key: string): void {
  const bit = bitOf(key);
  filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

export function mayHaveKey(filter: KeyFilter, key: string): boolean {
  const bit = bitOf(key);
  return ((filter[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
}

export function addFilter(filter: KeyFilter, other: KeyFilter): void {
  for (const [index, bits] of other.entries()) filter[index] = (filter[index] ?? 0) | bits;
}

/** FNV-1a, folded so that every bit of the hash counts. */
function bitOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) & (BITS - 1);
}
