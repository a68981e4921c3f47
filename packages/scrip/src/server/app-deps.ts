import type { Logger } from 'pino';
import type { Ledger } from '../ledger/ledger.ts';
import type { LimitStore } from '../ledger/limit-store.ts';
import type { ServerSettings } from '../config/settings.ts';

/** All that the server needs from outside. */
export interface AppDeps {
  readonly ledger: Ledger;
  readonly limits: LimitStore;
  readonly settings: ServerSettings;
  /** Peppers the digests of keys: a lost database alone gives no key away. */
  readonly secret: string;
  readonly log: Logger | false;
  /** 32 random bytes, hexadecimal. */
  readonly newSecret: () => string;
  /** While the event loop is later than this, requests are turned away; 0: never. */
  readonly maxEventLoopDelayMs: number;
  /** For how long a request may arrive; half a minute, unless a test cannot wait for that. */
  readonly requestTimeoutMs?: number;
}
