import { createHistogram } from 'node:perf_hooks';

/** What one run of a load came to. */
export interface Round {
  /** Units that were answered with a 2xx, a second. */
  readonly perSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** Replies other than 2xx. */
  readonly refused: number;
  /** Requests that were cut off and sent again. */
  readonly dropped: number;
}

export interface Tally {
  readonly answered: (units: number, elapsedMs: number) => void;
  readonly refused: () => void;
  readonly round: (seconds: number, dropped: number) => Round;
}

const MICROSECONDS = 1000;
const LONGEST_MS = 600_000;

export function createTally(): Tally {
  const latencies = createHistogram({ lowest: 1, highest: LONGEST_MS * MICROSECONDS, figures: 3 });
  let units = 0;
  let refused = 0;
  return {
    answered: (answeredUnits, elapsedMs) => {
      units += answeredUnits;
      latencies.record(Math.max(1, Math.round(elapsedMs * MICROSECONDS)));
    },
    refused: () => {
      refused += 1;
    },
    round: (seconds, dropped) => {
      const isEmpty = latencies.count === 0;
      const at = (percentile: number) => (isEmpty ? null : latencies.percentile(percentile) / MICROSECONDS);
      return {
        perSecond: units / seconds,
        p50Ms: at(50),
        p99Ms: at(99),
        maxMs: isEmpty ? null : latencies.max / MICROSECONDS,
        refused,
        dropped,
      };
    },
  };
}
