import { emphasise } from '../../packages/scrip/src/cli/terminal.ts';
import { formatTable } from '../../packages/scrip/src/cli/table.ts';
import type { ResultColumn } from './columns.ts';
import { FIGURE_COLUMNS, FINDING_COLUMNS } from './columns.ts';
import { factLines } from './fact-lines.ts';
import type { Results, WorkloadResult } from './results.ts';
import { problemsOf } from './results.ts';

/** The results for a terminal. */
export function resultsText(results: Results): string {
  return [factLines(results).join('\n'), ...results.workloads.map(workloadText)].join('\n\n');
}

function workloadText(result: WorkloadResult): string {
  const title = emphasise(`${result.id}  ${result.title}`);
  const problems = problemsOf(result);
  if ('error' in result || problems.length > 0)
    return [title, ...problems.map((problem) => `no result: ${problem}`)].join('\n');
  const { figures, findings, checks } = result.outcome;
  const table = <Row>(columns: readonly ResultColumn<Row>[], rows: readonly Row[]) =>
    rows.length === 0 ? [] : ['', formatTable(columns, rows)];
  return [
    title,
    ...table(FIGURE_COLUMNS, figures),
    ...table(FINDING_COLUMNS, findings),
    '',
    `${checks.length} checks passed`,
  ].join('\n');
}
