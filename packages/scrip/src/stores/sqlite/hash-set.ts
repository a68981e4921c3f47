const EMPTY = -1;

/** Up to a fixed number of 53-bit hashes in one array of numbers: a `Set` would box each of them for the collector to visit. */
export interface HashSet {
  readonly size: () => number;
  readonly has: (hash: number) => boolean;
  readonly add: (hash: number) => void;
}

/** Half of the places stay empty, so that a look-up sees two or three of them. */
export function createHashSet(capacity: number): HashSet {
  const places = 2 ** Math.ceil(Math.log2(Math.max(capacity, 1) * 2));
  const last = places - 1;
  const hashes = new Float64Array(places).fill(EMPTY);
  let size = 0;

  /** Where the hash is, or would be. */
  function placeOf(hash: number): number {
    // The lowest bits of the hash: there are a power of two places.
    let place = hash & last;
    while (hashes[place] !== EMPTY && hashes[place] !== hash) place = (place + 1) & last;
    return place;
  }

  return {
    size: () => size,
    has: (hash) => hashes[placeOf(hash)] === hash,
    add: (hash) => {
      const place = placeOf(hash);
      if (hashes[place] === hash) return;
      if (size === capacity) throw new Error(`a set of ${capacity} hashes is full`);
      hashes[place] = hash;
      size += 1;
    },
  };
}
