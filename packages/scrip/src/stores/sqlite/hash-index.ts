const FIRST_PLACES = 1024;

/**
 * Positions under 32-bit hashes, in arrays of numbers that the collector does not look into. Several may have one
 * hash: who asks compares what stands at each. Half of the places stay empty, so that a look-up sees two or three.
 */
export interface HashIndex {
  readonly size: () => number;
  /** The place of the first position under a hash; -1 when there is none. */
  readonly first: (hash: number) => number;
  /** The place of the next one under the same hash. */
  readonly next: (place: number, hash: number) => number;
  readonly positionAt: (place: number) => number;
  readonly add: (hash: number, position: number) => void;
  readonly remove: (hash: number, position: number) => void;
}

/** Positions are below 2^32 - 1. */
export function createHashIndex(): HashIndex {
  let mask = FIRST_PLACES - 1;
  let hashes = new Uint32Array(FIRST_PLACES);
  /** One more than the position, so that 0 is an empty place. */
  let positions = new Uint32Array(FIRST_PLACES);
  let size = 0;

  function seek(from: number, hash: number): number {
    for (let place = from & mask; positions[place] !== 0; place = (place + 1) & mask)
      if (hashes[place] === hash) return place;
    return -1;
  }

  function put(hash: number, stored: number): void {
    let place = hash & mask;
    while (positions[place] !== 0) place = (place + 1) & mask;
    hashes[place] = hash;
    positions[place] = stored;
  }

  function grow(): void {
    const [oldHashes, oldPositions] = [hashes, positions];
    const places = oldPositions.length * 2;
    mask = places - 1;
    hashes = new Uint32Array(places);
    positions = new Uint32Array(places);
    for (let place = 0; place < oldPositions.length; place += 1) {
      const stored = oldPositions[place] ?? 0;
      if (stored !== 0) put(oldHashes[place] ?? 0, stored);
    }
  }

  /** Empties a place, and moves up what stands behind it only because that place was taken. */
  function vacate(taken: number): void {
    let hole = taken;
    for (let place = (hole + 1) & mask; positions[place] !== 0; place = (place + 1) & mask) {
      const home = (hashes[place] ?? 0) & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      hashes[hole] = hashes[place] ?? 0;
      positions[hole] = positions[place] ?? 0;
      hole = place;
    }
    positions[hole] = 0;
    size -= 1;
  }

  return {
    size: () => size,
    first: (hash) => seek(hash, hash),
    next: (place, hash) => seek(place + 1, hash),
    positionAt: (place) => (positions[place] ?? 0) - 1,
    add: (hash, position) => {
      if ((size + 1) * 2 > positions.length) grow();
      put(hash, position + 1);
      size += 1;
    },
    remove: (hash, position) => {
      let place = seek(hash, hash);
      while (place !== -1 && positions[place] !== position + 1) place = seek(place + 1, hash);
      if (place !== -1) vacate(place);
    },
  };
}
