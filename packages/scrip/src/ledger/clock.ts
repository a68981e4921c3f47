/** The time of day, passed in: milliseconds since 1970 UTC. */
export interface Clock {
  readonly now: () => number;
}

/** Random identity, passed in. */
export interface Ids {
  /** A new id, unique without coordination. */
  readonly next: () => string;
  /** Random bytes, hexadecimal: salts. */
  readonly salt: () => string;
}

/**
 * Runs something after the events that are ready now, passed in: the ledger's only way to wait without a reason.
 * A server's is `setImmediate`; whoever owns the order of events can repeat a run exactly.
 */
export type Defer = (run: () => void) => void;
