import { median } from '../measure-rounds.ts';
import type { Figure, Finding } from '../workload.ts';

/** One column of a table of results. */
export interface ResultColumn<Row> {
  readonly header: string;
  readonly align: 'left' | 'right';
  readonly value: (row: Row) => string;
}

export const FIGURE_COLUMNS: readonly ResultColumn<Figure>[] = [
  { header: 'what', align: 'left', value: ({ what }) => what },
  { header: 'who', align: 'left', value: ({ who }) => who },
  { header: 'median', align: 'right', value: ({ values }) => formatNumber(median(values)) },
  { header: 'unit', align: 'left', value: ({ unit }) => unit },
  {
    header: 'min – max',
    align: 'right',
    value: ({ values }) =>
      values.length < 2 ? '' : `${formatNumber(Math.min(...values))} – ${formatNumber(Math.max(...values))}`,
  },
  { header: 'p50 ms', align: 'right', value: ({ p50Ms }) => formatMedian(p50Ms) },
  { header: 'p99 ms', align: 'right', value: ({ p99Ms }) => formatMedian(p99Ms) },
  {
    header: 'max ms',
    align: 'right',
    value: ({ maxMs }) => (maxMs.length === 0 ? '' : formatNumber(Math.max(...maxMs))),
  },
  { header: 'non-2xx', align: 'right', value: (figure) => countOf(figure, figure.refused) },
  { header: 'dropped', align: 'right', value: (figure) => countOf(figure, figure.dropped) },
];

export const FINDING_COLUMNS: readonly ResultColumn<Finding>[] = [
  { header: 'result', align: 'left', value: ({ what }) => what },
  { header: 'value', align: 'right', value: ({ value, unit }) => formatValue(value, unit) },
  { header: 'target', align: 'right', value: formatTarget },
  { header: 'target met', align: 'left', value: verdictOf },
];

function countOf({ p99Ms }: Figure, count: number): string {
  return p99Ms.length === 0 ? '' : count.toLocaleString('en');
}

function formatMedian(values: readonly number[]): string {
  return values.length === 0 ? '' : formatNumber(median(values));
}

/** Three digits that count. */
export function formatNumber(value: number): string {
  const decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function formatValue(value: number, unit: Finding['unit']): string {
  return unit === '×' ? `${formatNumber(value)}×` : `${formatNumber(value)} ${unit}`;
}

function formatTarget({ target, unit }: Finding): string {
  if (target === null) return '';
  return 'atLeast' in target
    ? `≥ ${formatValue(target.atLeast, unit)}`
    : `≤ ${formatValue(target.atMost, unit)}`;
}

function verdictOf({ target, value }: Finding): string {
  if (target === null) return '';
  const isMet = 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
  return isMet ? 'yes' : 'no';
}
