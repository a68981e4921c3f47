import type { Scale } from '../scale.ts';
import type { Figure, Outcome } from '../workload.ts';
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
  const { checks, figures } = result.outcome;
  return [
    ...checks.filter(({ problem }) => problem !== null).map(({ what, problem }) => `${what}: ${problem}`),
    ...figures.filter(({ refused }) => refused > 0).map(refusedOf),
  ];
}

/** No load asks for what may be refused, and what was refused is in none of its times. */
function refusedOf({ who, what, refused }: Figure): string {
  return `${who}, ${what}: ${refused.toLocaleString('en')} replies were not 2xx`;
}
