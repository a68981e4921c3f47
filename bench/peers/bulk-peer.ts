import type { Round } from '../load/tally.ts';
import type { Check } from '../workload.ts';

/** Someone else's way to debit many accounts at once. */
export interface BulkPeer {
  /** Starts with empty tables, which is not timed. */
  readonly debits: (seconds: number) => Promise<Round>;
  /** Holds the tables to what was acknowledged since they were empty. */
  readonly check: () => Promise<Check>;
  readonly close: () => Promise<void>;
}
