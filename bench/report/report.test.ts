import { describe, expect, it } from 'vitest';
import { median, plainFigure } from '../measure-rounds.ts';
import { SCALES } from '../scale.ts';
import type { Check } from '../workload.ts';
import { resultsChart } from './results-chart.ts';
import { resultsPage } from './results-page.ts';
import { resultsText } from './results-text.ts';
import type { Results } from './results.ts';

function resultsWith(checks: Check[], refused = 0): Results {
  const figure = (who: string, values: number[]) =>
    plainFigure({ who, what: 'single debits', unit: 'debits/s' }, values);
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    scale: SCALES.quick,
    machine: {
      cpu: 'a processor',
      cores: 2,
      memoryGiB: 4,
      system: 'Linux',
      node: '24.0.0',
      sqlite: '3.53.0',
      fsyncsPerSecond: 1234,
      fsyncMedianMs: 0.5,
      isInMemory: false,
    },
    workloads: [
      {
        id: 'W2',
        title: 'Single debits',
        seconds: 1,
        outcome: {
          setup: ['how it was done'],
          figures: [
            { ...figure('Scrip', [30_000, 10_000, 20_000]), refused },
            figure('bare <Fastify>', [40_000]),
          ],
          findings: [
            { what: 'beside bare', value: 0.5, unit: '×', target: { atLeast: 0.6 } },
            { what: 'p99', value: 9, unit: 'ms', target: { atMost: 10 } },
          ],
          checks,
        },
      },
      { id: 'W3', title: 'Hot', seconds: 1, error: 'it broke' },
    ],
  };
}

const passed = resultsWith([{ what: 'nothing is lost', problem: null }]);
const failed = resultsWith([{ what: 'nothing is lost', problem: 'one debit is' }]);
const refused = resultsWith([{ what: 'nothing is lost', problem: null }], 1234);

describe('the page and the text', () => {
  it.each([resultsPage, resultsText])('show the median, the spread, and whether a target is met', (write) => {
    const shown = write(passed);
    expect(shown).toMatch(/20,000[ |]+debits\/s[ |]+10,000 – 30,000/);
    expect(shown).toMatch(/beside bare[ |]+0\.50×[ |]+≥ 0\.60×[ |]+no/);
    expect(shown).toMatch(/p99[ |]+9\.00 ms[ |]+≤ 10\.0 ms[ |]+yes/);
    expect(shown).toContain('1,234 durable appends');
    expect(shown).toContain(
      'rounds: 3, subject and peers in turn; what has no "min – max" was measured once',
    );
    expect(shown).toMatch(/no result: it broke|No result:\n\n- it broke/);
  });

  it.each([resultsPage, resultsText])('show no figure of a workload whose check failed', (write) => {
    const shown = write(failed);
    expect(shown).not.toContain('20,000');
    expect(shown).toContain('nothing is lost: one debit is');
  });

  it.each([resultsPage, resultsText])('show no figure of a workload in which a reply refused', (write) => {
    const shown = write(refused);
    expect(shown).not.toContain('20,000');
    expect(shown).toContain('Scrip, single debits: 1,234 replies were not 2xx');
  });
});

describe('the chart', () => {
  it('draws each contender of a measurement that has a result', () => {
    const drawn = resultsChart(passed);
    expect(drawn).toMatch(/^<svg [^>]+>/);
    expect(drawn).toContain('bare &lt;Fastify>');
    // The background and two bars, of which the longer median is the longer.
    const widths = [...drawn.matchAll(/<rect [^>]*?width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(widths).toHaveLength(3);
    expect(widths[1]).toBeCloseTo((widths[2] ?? 0) / 2, 0);
    expect(resultsChart(failed)).not.toContain('Scrip');
  });
});

describe('the median', () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 2, 100], 3],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});
