import type { Scale } from '../scale.ts';
import type { Check, Outcome } from '../workload.ts';
import type { MachineFacts } from './machine-facts.ts';

/** What a workload came to, or why it came to nothing. */
export type WorkloadResult = {
  readonly id: string;
  readonly title: string;
  readonly seconds: number;
} & ({ readonly outcome: Outcome } | { readonly error: string });

/** Everything that one run of the benchmark found. */
export interface Results {
  readonly startedAt: string;
  readonly scale: Scale;
  readonly machine: MachineFacts;
  readonly workloads: readonly WorkloadResult[];
}

/** Why a workload has no result; empty where it has one. */
export function problemsOf(result: WorkloadResult): string[] {
  if ('error' in result) return [result.error];
  return failedChecks(result.outcome).map(({ what, problem }) => `${what}: ${problem}`);
}

function failedChecks({ checks }: Outcome): Check[] {
  return checks.filter(({ problem }) => problem !== null);
}
