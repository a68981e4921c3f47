import { describe, expect, it } from 'vitest';
import { parseTarget } from './balance-target.ts';
import { CommandFailure } from './command-failure.ts';
import type { Watched } from './watch-targets.ts';
import { cutToHeight, formatWatched, formatWatchTable, renderWatched } from './watch-view.ts';

const askedAtMs = Date.parse('2026-11-21T10:05:00.250Z');
const failure = CommandFailure.of('no-answer', 'It did not answer.');
const ocean: Watched = {
  target: parseTarget('ocean'),
  askedAtMs,
  last: {
    target: parseTarget('ocean'),
    asOf: '2026-11-21T10:03:30.000Z',
    pools: [
      { pool: 'standard', unit: 'credits', available: '1500', oneTime: '1400', recurring: '100' },
      { pool: 'email', unit: 'credits', available: null },
    ],
  },
  failure: null,
};
const never: Watched = { ...ocean, last: null, failure };

describe('a line of text', () => {
  it('has every pool, unknown where it is', () => {
    expect(formatWatched(ocean)).toBe('2026-11-21T10:05:00Z ocean standard=1500 email=unknown');
  });

  it('says why nothing newer is known, and what is known', () => {
    expect(formatWatched({ ...ocean, failure })).toBe(
      '2026-11-21T10:05:00Z ocean not read, last standard=1500 email=unknown at 2026-11-21T10:03:30Z: It did not answer.',
    );
    expect(formatWatched(never)).toBe('2026-11-21T10:05:00Z ocean not read, never read: It did not answer.');
    expect(formatWatched({ ...ocean, last: { ...ocean.last!, pools: [] } })).toContain('ocean no pools');
  });
});

describe('a line of JSON', () => {
  it('has the last balance as of when it was, and the error beside it', () => {
    expect(JSON.parse(renderWatched({ ...ocean, failure }))).toEqual({
      at: '2026-11-21T10:05:00.250Z',
      target: 'ocean',
      asOf: '2026-11-21T10:03:30.000Z',
      pools: [
        { pool: 'standard', available: '1500', oneTime: '1400', recurring: '100', unit: 'credits' },
        { pool: 'email', available: null, unit: 'credits' },
      ],
      error: { code: 'no-answer', message: 'It did not answer.' },
    });
    expect(JSON.parse(renderWatched(never))).toMatchObject({ asOf: null, pools: [] });
  });
});

describe('the table', () => {
  it('says how many lines have no room', () => {
    const lines = ['TARGET', 'ocean', 'supertone', 'acme'];
    expect(cutToHeight(lines, 4)).toEqual(lines);
    expect(cutToHeight(lines, 3)).toEqual(['TARGET', 'ocean', '… and 2 more lines: make the window taller.']);
  });

  it('ages what it keeps, and never shows a zero for what is unknown', () => {
    const first: Watched = { target: parseTarget('acme'), askedAtMs: null, last: null, failure: null };
    const supertone: Watched = { ...never, target: parseTarget('supertone') };
    const table = formatWatchTable([{ ...ocean, failure }, supertone, first], askedAtMs);
    expect(table.split('\n')).toEqual([
      'TARGET     POOL      AVAILABLE  UNIT       AGE  STATE',
      'ocean      standard       1500  credits  1m30s  It did not answer.',
      'ocean      email       unknown  credits  1m30s  It did not answer.',
      'supertone  -           unknown  -            -  It did not answer.',
      'acme       -           unknown  -            -  reading',
    ]);
  });
});
