import { median } from '../measure-rounds.ts';
import type { Figure } from '../workload.ts';
import { formatNumber } from './columns.ts';
import type { Results, WorkloadResult } from './results.ts';
import { problemsOf } from './results.ts';

const WIDTH = 900;
const LABEL_WIDTH = 250;
const VALUE_WIDTH = 150;
const BAR_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
const LINE = 20;
const BAR = 13;
const MARGIN = 16;
const COLOURS = { subject: '#1f6feb', peer: '#9aa4b2', spread: '#24292f', text: '#24292f' };

/** What was measured beside something else, as bars: as long as the median, with a line from the least to the most. */
export function resultsChart(results: Results): string {
  const groups = results.workloads.flatMap(groupsOf);
  let y = MARGIN;
  const parts: string[] = [];
  for (const { title, figures } of groups) {
    y += LINE;
    parts.push(text({ x: MARGIN, y, weight: 'bold' }, title));
    const most = Math.max(...figures.flatMap(({ values }) => values));
    for (const figure of figures) {
      y += LINE;
      parts.push(bar(figure, y, most));
    }
    y += LINE / 2;
  }
  const height = y + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" role="img">
<title>Results of the benchmark</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

/** Figures of one kind and several contenders; what was measured alone needs no picture. */
function groupsOf(result: WorkloadResult): { title: string; figures: readonly Figure[] }[] {
  if ('error' in result || problemsOf(result).length > 0) return [];
  const byWhat = Map.groupBy(result.outcome.figures, ({ what, unit }) => `${what} (${unit})`);
  return [...byWhat]
    .filter(([, figures]) => figures.length > 1)
    .map(([what, figures]) => ({ title: `${result.id}  ${what}`, figures }));
}

function bar({ who, values }: Figure, y: number, most: number): string {
  const middle = median(values);
  const lengthOf = (value: number) => (value / most) * BAR_WIDTH;
  const top = y - BAR + 2;
  const fill = who === 'Scrip' ? COLOURS.subject : COLOURS.peer;
  const [least, greatest] = [Math.min(...values), Math.max(...values)].map(
    (value) => LABEL_WIDTH + lengthOf(value),
  );
  const centre = top + BAR / 2;
  return [
    text({ x: LABEL_WIDTH - 8, y, anchor: 'end' }, who),
    `<rect x="${LABEL_WIDTH}" y="${top}" width="${lengthOf(middle).toFixed(1)}" height="${BAR}" fill="${fill}"/>`,
    `<line x1="${least?.toFixed(1)}" x2="${greatest?.toFixed(1)}" y1="${centre}" y2="${centre}" stroke="${COLOURS.spread}"/>`,
    text({ x: LABEL_WIDTH + BAR_WIDTH + 8, y }, formatNumber(middle)),
  ].join('');
}

function text(
  { x, y, anchor = 'start', weight = 'normal' }: { x: number; y: number; anchor?: string; weight?: string },
  content: string,
): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-weight="${weight}" fill="${COLOURS.text}">${escaped}</text>`;
}
