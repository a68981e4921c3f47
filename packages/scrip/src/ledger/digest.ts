import { hash } from 'node:crypto';
import type { Command } from '../core/command.ts';
import { encode } from '../core/entry-format.ts';
import type { Personal } from './store.ts';

/** What tells a parsed command, without its personal data, from another one: a digest of 128 bits, or a text as short. */
export function fingerprintOf(command: Command): string {
  if (command.kind === 'DebitCredits') {
    const { charge, occurredAtMs } = command;
    // What may hold a space stands last, so that no two debits read the same.
    const text =
      charge.by === 'action'
        ? `debit ${occurredAtMs} ${charge.quantityMicros} of ${charge.action}`
        : `debit ${occurredAtMs} ${charge.amountMicros} from ${charge.pool}`;
    if (text.length <= MAX_TEXT) return text;
  }
  return hash('sha256', encode(command), 'hex').slice(0, 32);
}

/** Characters; a text this short costs less than its digest. */
const MAX_TEXT = 64;

/** Digest of an entry's personal data with their salt, so that what was erased cannot be guessed from it. */
export function personalDigest(personal: Personal): string {
  return hash('sha256', encode(canonical(personal)), 'hex');
}

/** The hash of an account's chain with one more entry: over the chain so far, the account, the version and the entry's text. */
export function chainHash(before: string, entry: Linked): string {
  return linkHash(before, linkOf(entry));
}

interface Linked {
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
}

/** What an entry adds to what its chain's hash is taken of. */
export function linkOf({ accountId, version, body }: Linked): string {
  return `\n${accountId}\n${version}\n${body}`;
}

/** As `chainHash`, for whoever has the link as one text already: to join two texts takes less than to join many. */
export function linkHash(before: string, link: string): string {
  return hash('sha256', before + link, 'hex');
}

/** What the first entry of every account is chained to. */
export const CHAIN_START = '0'.repeat(64);

/** The same value whatever the order of its members. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, member]) => [key, canonical(member)]));
}
