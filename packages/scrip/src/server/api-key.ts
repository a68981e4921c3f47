import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';

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
