import type { Ledgers } from './ledgers/ledgers.ts';
import type { Postgres } from './peers/start-postgres.ts';
import type { Scale } from './scale.ts';

/** What a workload is given. */
export interface Bench {
  readonly scale: Scale;
  readonly ledgers: Ledgers;
  /** An empty directory of its own, on the disk that is measured. */
  readonly newDirectory: (name: string) => string;
  /** Null where PostgreSQL is left out. */
  readonly postgres: () => Promise<Postgres | null>;
  /** Says on standard error how far it is. */
  readonly say: (text: string) => void;
}

export type Unit = 'requests/s' | 'debits/s' | 'operations/s' | 'entries' | 'ms' | 'MiB';

/** One thing that was measured, once per round. */
export interface Figure {
  readonly who: string;
  readonly what: string;
  readonly unit: Unit;
  readonly values: readonly number[];
  /** Of the rounds, in milliseconds; empty where there is no load. */
  readonly p50Ms: readonly number[];
  readonly p99Ms: readonly number[];
  readonly maxMs: readonly number[];
  /** Replies other than 2xx. */
  readonly refused: number;
  /** Requests that were cut off and sent again. */
  readonly dropped: number;
}

/** What the figures come to, beside what is aimed at. */
export interface Finding {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit | '×';
  readonly target: { readonly atLeast: number } | { readonly atMost: number } | null;
}

/** What must hold for the figures to count. */
export interface Check {
  readonly what: string;
  /** Null: it holds. */
  readonly problem: string | null;
}

export interface Outcome {
  /** What the workload is measured on, for this run's sizes. */
  readonly setup: readonly string[];
  readonly figures: readonly Figure[];
  readonly findings: readonly Finding[];
  readonly checks: readonly Check[];
}

export interface Workload {
  /** Its name on the command line. */
  readonly id: string;
  readonly title: string;
  readonly run: (bench: Bench) => Promise<Outcome>;
}
