/**
 * Seeds of runs that have failed. Each is run again, for ever: what it found must not come back.
 * `operations` is the number that the failure's message names.
 */
export const KEPT_SEEDS: readonly {
  readonly seed: number;
  readonly operations: number;
  readonly found: string;
}[] = [];
