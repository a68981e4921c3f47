import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { copyOf } from '../ledger/copy-of.ts';

const PREFIXES = { operator: 'scrip_op_', account: 'scrip_ak_' } as const;

/**
 * A new key's secret: prefix, 32 random bytes and their checksum, so that secret scanners can tell a real key from
 * a look-alike. Admission never looks at the checksum: only the digest counts.
 */
export function formatApiKey(owner: keyof typeof PREFIXES, randomHex: string): string {
  const prefixed = `${PREFIXES[owner]}${randomHex}`;
  return `${prefixed}${crc32(prefixed).toString(16).padStart(8, '0')}`;
}

/** What is kept of a key: HMAC-SHA-256 with the server's secret, hexadecimal. */
export function digestApiKey(key: string, secret: string): string {
  return createHmac('sha256', secret).update(key).digest('hex');
}

const REMEMBERED_KEYS = 100_000;
/** No key is longer, so that what is remembered takes no more memory than keys do. */
const MAX_KEY_CHARACTERS = 255;

/** Digests keys, and remembers those of late: the digest of the same key for every request is a tenth of a read's time. */
export function createKeyDigest(secret: string): (key: string) => string {
  let recent = new Map<string, string>();
  let older = new Map<string, string>();
  return (key) => {
    if (key.length > MAX_KEY_CHARACTERS) return digestApiKey(key, secret);
    const known = recent.get(key);
    if (known !== undefined) return known;
    const digest = older.get(key) ?? digestApiKey(key, secret);
    // Half of them go at a time, the longest unused. Whoever tries out keys only makes good ones be digested again.
    if (recent.size >= REMEMBERED_KEYS / 2) [older, recent] = [recent, new Map()];
    // Of an address only the key is to stay.
    recent.set(copyOf(key), digest);
    return digest;
  };
}
