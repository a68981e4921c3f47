import type { Round } from './load/tally.ts';
import type { Bench, Figure, Unit } from './workload.ts';

/** One of those that are measured beside one another. */
export interface Contender {
  readonly who: string;
  readonly what: string;
  readonly unit: Unit;
  readonly run: (seconds: number) => Promise<Round>;
  /** It starts anew, and warms up, each time. */
  readonly warmsItself?: boolean;
}

/**
 * Measures all contenders in each round, in turn, so that what changes on the machine meanwhile changes for all of them.
 * Each runs for a while before the first round, uncounted.
 */
export async function measureRounds(
  contenders: readonly Contender[],
  { scale, say, seconds }: Pick<Bench, 'scale' | 'say'> & { readonly seconds: number },
): Promise<Figure[]> {
  const rounds = contenders.map((): Round[] => []);
  for (const { run, warmsItself } of contenders) if (warmsItself !== true) await run(scale.warmUpSeconds);
  for (let round = 1; round <= scale.rounds; round += 1)
    for (const [index, { who, what, unit, run }] of contenders.entries()) {
      const measured = await run(seconds);
      rounds[index]?.push(measured);
      const rate = Math.round(measured.perSecond).toLocaleString('en');
      say(`  round ${round} of ${scale.rounds}: ${who}, ${what}: ${rate} ${unit}`);
    }
  return contenders.map((contender, index) => figureOf(contender, rounds[index] ?? []));
}

export function figureOf(
  { who, what, unit }: Pick<Contender, 'who' | 'what' | 'unit'>,
  rounds: readonly Round[],
): Figure {
  const present = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  return {
    who,
    what,
    unit,
    values: rounds.map(({ perSecond }) => perSecond),
    p50Ms: present(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: present(rounds.map(({ p99Ms }) => p99Ms)),
    maxMs: present(rounds.map(({ maxMs }) => maxMs)),
    refused: rounds.reduce((sum, { refused }) => sum + refused, 0),
    dropped: rounds.reduce((sum, { dropped }) => sum + dropped, 0),
  };
}

/** A figure of something that is not a load: times, sizes. */
export function plainFigure(
  { who, what, unit }: Pick<Contender, 'who' | 'what' | 'unit'>,
  values: readonly number[],
): Figure {
  return { who, what, unit, values, p50Ms: [], p99Ms: [], maxMs: [], refused: 0, dropped: 0 };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

/** The median of the figure of this name. */
export function medianOf(figures: readonly Figure[], who: string, what: string): number {
  const figure = figures.find((candidate) => candidate.who === who && candidate.what === what);
  if (figure === undefined) throw new Error(`there is no figure of ${who}, ${what}`);
  return median(figure.values);
}
