import { describe, expect, it } from 'vitest';
import { readOptions } from './read-options.ts';

const workloads = { known: ['W1', 'W2', 'growth'], usual: ['W1', 'W2'] };
const read = (...args: string[]) => readOptions(args, workloads);

describe('the options', () => {
  it('are the full run of the usual workloads when nothing is said', () => {
    expect(read()).toMatchObject({
      scale: { name: 'full', rounds: 3 },
      only: ['W1', 'W2'],
      withPostgres: true,
    });
  });

  it('choose workloads, rounds and seconds', () => {
    const options = read(
      '--quick',
      '--only',
      'growth,W1',
      '--rounds',
      '5',
      '--seconds',
      '0.5',
      '--no-postgres',
    );
    expect(options).toMatchObject({
      scale: {
        name: 'quick',
        rounds: 5,
        sustainedRounds: 5,
        seconds: 0.5,
        debitSeconds: 0.5,
        mixedSeconds: 0.5,
      },
      only: ['W1', 'growth'],
      withPostgres: false,
    });
  });

  it.each([
    [['--only', 'W9'], 'there is no workload "W9": take some of W1, W2, growth'],
    [['--rounds', '0'], '--rounds takes a whole number from 1 to 999, not "0"'],
    [['--rounds', '2.5'], '--rounds takes a whole number from 1 to 999, not "2.5"'],
    [['--seconds', 'ten'], '--seconds takes a number above 0 and below 100000, not "ten"'],
    [['--quick', '--smoke'], 'take either --quick or --smoke'],
    [['--fast'], "Unknown option '--fast'"],
    [['now'], "Unexpected argument 'now'"],
  ])('%j is refused', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
