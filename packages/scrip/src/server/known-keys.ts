import { copyOf } from '../ledger/copy-of.ts';
import { digestApiKey } from './api-key.ts';

/** What is remembered of a key. */
export interface KnownKey {
  readonly digest: string;
  /** Who had it when that was last asked; null where nobody had. */
  owner: string | null;
}

const REMEMBERED_KEYS = 100_000;
/** No key is longer, so that what is remembered takes no more memory than keys do. */
const MAX_KEY_CHARACTERS = 255;

/** Digests keys, and remembers those of late: the digest of the same key for every request is a tenth of a read's time. */
export function createKnownKeys(secret: string): (key: string) => KnownKey {
  let recent = new Map<string, KnownKey>();
  let older = new Map<string, KnownKey>();
  const newKey = (key: string): KnownKey => ({ digest: digestApiKey(key, secret), owner: null });
  return (key) => {
    if (key.length > MAX_KEY_CHARACTERS) return newKey(key);
    const found = recent.get(key);
    if (found !== undefined) return found;
    const known = older.get(key) ?? newKey(key);
    // Half of them go at a time, the longest unused. Whoever tries out keys only makes good ones be digested again.
    if (recent.size >= REMEMBERED_KEYS / 2) [older, recent] = [recent, new Map()];
    // Of an address only the key is to stay.
    recent.set(copyOf(key), known);
    return known;
  };
}
