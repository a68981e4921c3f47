import { createHashIndex } from './hash-index.ts';

/** Larger slabs would make more go at once when the oldest is used anew. */
const MOST_SLAB_BYTES = 1_048_576;
const LEAST_SLABS = 8;
/** Before an entry's key and value: its hash, the words it has room for, and the lengths of key and value. */
const HEAD_WORDS = 3;
/** Room for more than the first value: most changes make it a few bytes longer, and it can stay where it is. */
const SPARE_WORDS = 2;
const MOST_KEY_BYTES = 255;
const TWO_24 = 16_777_216;

/**
 * Bytes under text keys, where the collector does not visit each of them: entries stand in slabs, one after the other,
 * and an index of hashes finds them. Bounded: when all slabs are full, the oldest is used anew and what it held is
 * gone. Lives in memory only; nothing of it is ever stored.
 */
export interface PackedMap {
  /** What `read` makes of the key's value. It must keep no view of the bytes: other entries will take their place. */
  readonly get: <T>(key: string, read: (bytes: Buffer, start: number, end: number) => T) => T | undefined;
  /** Takes the place of an earlier value. What is larger than a quarter of a slab is not kept, nor the earlier one. */
  readonly set: (key: string, value: Uint8Array) => void;
  readonly delete: (key: string) => void;
  readonly size: () => number;
}

interface Slab {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  usedWords: number;
}

/** Keys are at most 255 characters of one byte each. */
export function createPackedMap(mostBytes: number): PackedMap {
  const slabWords = Math.floor(Math.min(MOST_SLAB_BYTES, mostBytes / LEAST_SLABS) / 4);
  const slabCount = slabWords === 0 ? 0 : Math.floor(mostBytes / (slabWords * 4));
  const slabs: Slab[] = [];
  const index = createHashIndex();
  let current = -1;

  function slabAt(position: number): Slab {
    return slabs[Math.floor(position / slabWords)] as Slab;
  }

  /** The position of a key's entry, in words; -1 when there is none. */
  function find(hash: number, key: string): number {
    for (let place = index.first(hash); place !== -1; place = index.next(place, hash)) {
      const position = index.positionAt(place);
      if (hasKey(slabAt(position), position % slabWords, key)) return position;
    }
    return -1;
  }

  function allocate(words: number): number {
    let slab = slabs[current];
    if (slab === undefined || slab.usedWords + words > slabWords) {
      current = (current + 1) % slabCount;
      slab = slabs[current] ??= newSlab(slabWords);
      dropAll(slab);
    }
    const position = current * slabWords + slab.usedWords;
    slab.usedWords += words;
    return position;
  }

  function dropAll(slab: Slab): void {
    const { words, usedWords } = slab;
    for (let word = 0; word < usedWords; word += HEAD_WORDS + (words[word + 1] ?? 0))
      index.remove(words[word] ?? 0, current * slabWords + word);
    slab.usedWords = 0;
  }

  /** Makes room for a new entry; -1 when it is too large. */
  function place(hash: number, words: number): number {
    const room = words + SPARE_WORDS;
    if ((HEAD_WORDS + room) * 4 > slabWords) return -1;
    const position = allocate(HEAD_WORDS + room);
    const slab = slabAt(position);
    slab.words[position % slabWords] = hash;
    slab.words[(position % slabWords) + 1] = room;
    index.add(hash, position);
    return position;
  }

  return {
    get: (key, read) => {
      const position = find(hashOf(key), key);
      if (position === -1) return undefined;
      const { bytes, words } = slabAt(position);
      const word = position % slabWords;
      const start = (word + HEAD_WORDS) * 4 + key.length;
      return read(bytes, start, start + ((words[word + 2] ?? 0) % TWO_24));
    },
    set: (key, value) => {
      if (key.length > MOST_KEY_BYTES) throw new Error(`a key of ${key.length} characters cannot be packed`);
      const hash = hashOf(key);
      const words = Math.ceil((key.length + value.length) / 4);
      let position = find(hash, key);
      const room = position === -1 ? 0 : (slabAt(position).words[(position % slabWords) + 1] ?? 0);
      if (words > room) {
        if (position !== -1) index.remove(hash, position);
        position = place(hash, words);
      }
      if (position !== -1) write(slabAt(position), position % slabWords, { key, value });
    },
    delete: (key) => {
      const hash = hashOf(key);
      const position = find(hash, key);
      if (position !== -1) index.remove(hash, position);
    },
    size: index.size,
  };
}

function newSlab(words: number): Slab {
  const bytes = Buffer.alloc(words * 4);
  return { bytes, words: new Uint32Array(bytes.buffer, bytes.byteOffset, words), usedWords: 0 };
}

function hasKey({ bytes, words }: Slab, word: number, key: string): boolean {
  if (Math.floor((words[word + 2] ?? 0) / TWO_24) !== key.length) return false;
  const start = (word + HEAD_WORDS) * 4;
  for (let at = 0; at < key.length; at += 1) if (bytes[start + at] !== key.charCodeAt(at)) return false;
  return true;
}

function write(
  { bytes, words }: Slab,
  word: number,
  { key, value }: { readonly key: string; readonly value: Uint8Array },
): void {
  words[word + 2] = key.length * TWO_24 + value.length;
  const start = (word + HEAD_WORDS) * 4;
  for (let at = 0; at < key.length; at += 1) bytes[start + at] = key.charCodeAt(at);
  bytes.set(value, start + key.length);
}

/** FNV-1a, its bits mixed once more: the index takes the lowest of them. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
