import type { BalanceReading } from './reading.ts';
import type { Refusal } from './refusal.ts';
import type { ReceivedReply, Reply } from './reply.ts';

/** The vendors whose wire this package speaks. */
export const dialectNames = ['voicepartner', 'supertone', 'voxpria', 'ocean'] as const;

export type DialectName = (typeof dialectNames)[number];

/** A place where a request can carry its key. Header names are lower-case; a path's key is the segment `after`. */
export type CredentialPlace =
  | { in: 'path'; after: string }
  | { in: 'query'; name: string }
  | { in: 'header'; name: string; scheme?: 'Bearer' };

/** The places of a dialect's key; a key in more than one of them, or twice in one, is a conflicting credential. */
export interface Credential {
  places: readonly CredentialPlace[];
}

/**
 * A default limit of requests. A `sliding` window is the last `windowSeconds` at any moment; a `fixed` one
 * begins at multiples of `windowSeconds` since the epoch, so that a day's begins at 00:00 UTC. `reads` are the
 * requests to the vendor's routes, `spends` those that take credits in this dialect.
 */
export interface RequestLimit {
  requests: number;
  windowSeconds: number;
  window: 'sliding' | 'fixed';
  per: 'key' | 'account';
  counts: 'reads' | 'spends';
}

/** How a refusal is to be put, where a dialect has the choice. */
export interface ReplyOptions {
  language?: 'fr' | 'en' | undefined;
  format?: 'json' | 'xml' | undefined;
}

/** What every dialect offers alike. */
export interface Dialect {
  /** Every path that begins with one of these is this vendor's, also where nothing is found below it. */
  prefixes: readonly string[];
  credential: Credential;
  limits: readonly RequestLimit[];
  encodeRefusal: (refusal: Refusal, options?: ReplyOptions) => Reply;
  decodeBalance: (reply: ReceivedReply) => BalanceReading;
}
