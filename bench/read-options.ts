import { parseArgs } from 'node:util';
import type { Scale } from './scale.ts';
import { SCALES } from './scale.ts';

/** What may be asked for on the command line. */
export interface Options {
  readonly scale: Scale;
  /** Ids of workloads, in the order in which they are run. */
  readonly only: readonly string[];
  readonly json: string | null;
  readonly work: string;
  readonly withPostgres: boolean;
}

/** The command line cannot be followed. */
export class UsageError extends Error {}

export const HELP = `Usage: npm run bench -- [options]

Measures Scrip beside its peers on this machine, and writes the results to
the terminal and to bench-results/ (results.md, results.json, results.svg).

Options:
  --quick          small ledgers and short rounds: under 2 minutes
  --smoke          a second or two a workload: shows only that it runs
  --only LIST      some workloads: W1 to W7, growth (default: W1 to W7)
  --rounds N       rounds of what is measured in rounds (default: 3)
  --seconds N      seconds of a round, for every workload
  --json FILE      where the results are written as JSON too
  --work DIR       where ledgers and databases are made, and taken away again
                   (default: bench-results; must be on the disk to measure)
  --no-postgres    leave PostgreSQL out
  --help

Examples:
  npm run bench -- --quick
  npm run bench -- --only W2,W4 --rounds 5 --seconds 20
  npm run bench -- --only growth --json growth.json`;

/** Null: only the help is asked for. Throws `UsageError`. */
export function readOptions(
  args: readonly string[],
  { known, usual }: { readonly known: readonly string[]; readonly usual: readonly string[] },
): Options | null {
  const values = parse(args);
  if (values.help) return null;
  if (values.quick && values.smoke) throw new UsageError('take either --quick or --smoke');
  const scale = SCALES[values.smoke ? 'smoke' : values.quick ? 'quick' : 'full'];
  const rounds = values.rounds === undefined ? {} : allRounds(positive('rounds', values.rounds, ROUNDS));
  const seconds =
    values.seconds === undefined ? {} : allSeconds(positive('seconds', values.seconds, SECONDS));
  const only = values.only === undefined ? usual : values.only.split(',').map((name) => name.trim());
  for (const name of only)
    if (!known.includes(name))
      throw new UsageError(`there is no workload "${name}": take some of ${known.join(', ')}`);
  return {
    scale: { ...scale, ...rounds, ...seconds },
    only: known.filter((name) => only.includes(name)),
    json: values.json ?? null,
    work: values.work ?? 'bench-results',
    withPostgres: !values['no-postgres'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        smoke: { type: 'boolean', default: false },
        only: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        json: { type: 'string' },
        work: { type: 'string' },
        'no-postgres': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function allRounds(rounds: number) {
  return { rounds, sustainedRounds: rounds };
}

function allSeconds(seconds: number) {
  return { seconds, balanceSeconds: seconds, debitSeconds: seconds, mixedSeconds: seconds };
}

const ROUNDS = { form: /^\d{1,3}$/, what: 'a whole number from 1 to 999' };
const SECONDS = { form: /^\d{1,5}(\.\d+)?$/, what: 'a number above 0 and below 100000' };

function positive(name: string, text: string, { form, what }: typeof ROUNDS): number {
  const number = Number(text);
  if (form.test(text) && number > 0) return number;
  throw new UsageError(`--${name} takes ${what}, not "${text}"`);
}
