import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Numbers that are kept in memory at once: 32 MB. */
const CHUNK_NUMBERS = 4_194_304;
const READ_NUMBERS = 65_536;

/** Collects any number of numbers, none of them negative, in bounded memory, and says which of them came more than once. */
export interface DuplicateHashes {
  readonly add: (hash: number) => void;
  readonly repeated: () => Set<number>;
  /** Leaves nothing behind on the disk. */
  readonly close: () => void;
}

export function createDuplicateHashes(chunkNumbers = CHUNK_NUMBERS): DuplicateHashes {
  let chunk = new Float64Array(Math.min(chunkNumbers, 65_536));
  let count = 0;
  let folder: string | null = null;
  let files = 0;

  function grow(): void {
    if (chunk.length < chunkNumbers) {
      const larger = new Float64Array(Math.min(chunkNumbers, chunk.length * 2));
      larger.set(chunk);
      chunk = larger;
      return;
    }
    folder ??= mkdtempSync(join(tmpdir(), 'scrip-hashes-'));
    writeFileSync(join(folder, String(files)), new Uint8Array(sortedOf(chunk).buffer), { mode: 0o600 });
    files += 1;
    count = 0;
  }

  return {
    add: (hash) => {
      if (count === chunk.length) grow();
      chunk[count] = hash;
      count += 1;
    },
    repeated: () => {
      const sorted = sortedOf(chunk.subarray(0, count));
      if (folder === null) return repeatedOf(sorted);
      const at = folder;
      const readers = Array.from({ length: files }, (_, file) => readNumbers(join(at, String(file))));
      return repeatedOf(merge([...readers, sorted.values()]));
    },
    close: () => {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The bits of numbers that are not negative are in order as the numbers are, and are sorted in half the time. */
function sortedOf(numbers: Float64Array): Float64Array {
  const sorted = numbers.slice();
  new BigUint64Array(sorted.buffer).sort();
  return sorted;
}

function repeatedOf(sorted: Iterable<number>): Set<number> {
  const found = new Set<number>();
  let last = NaN;
  for (const hash of sorted) {
    if (hash === last) found.add(hash);
    last = hash;
  }
  return found;
}

function* readNumbers(path: string): Generator<number, undefined> {
  const file = openSync(path, 'r');
  try {
    const block = new Float64Array(READ_NUMBERS);
    const bytes = new Uint8Array(block.buffer);
    for (;;) {
      const read = readSync(file, bytes);
      if (read === 0) return;
      yield* block.subarray(0, read / Float64Array.BYTES_PER_ELEMENT);
    }
  } finally {
    closeSync(file);
  }
}

/** One sorted sequence of several. They are few: a chunk each. */
function* merge(sequences: Iterator<number, unknown>[]): Generator<number> {
  const heads = sequences.map((sequence) => sequence.next());
  for (;;) {
    let least = -1;
    for (const [index, head] of heads.entries())
      if (head.done !== true && (least === -1 || head.value < (heads[least]?.value as number))) least = index;
    const head = heads[least];
    const sequence = sequences[least];
    if (head === undefined || sequence === undefined || head.done === true) return;
    yield head.value;
    heads[least] = sequence.next();
  }
}
