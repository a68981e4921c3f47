import { markdownTable } from '../../scripts/markdown-table.ts';
import type { ResultColumn } from './columns.ts';
import { FIGURE_COLUMNS, FINDING_COLUMNS } from './columns.ts';
import { factLines } from './fact-lines.ts';
import type { Results, WorkloadResult } from './results.ts';
import { problemsOf } from './results.ts';

/** The results as a page of Markdown. */
export function resultsPage(results: Results): string {
  return [
    '# Results of the benchmark',
    factLines(results)
      .map((line) => `- ${line}`)
      .join('\n'),
    '![Medians of subject and peers](results.svg)',
    ...results.workloads.map(workloadPart),
  ]
    .join('\n\n')
    .concat('\n');
}

function workloadPart(result: WorkloadResult): string {
  const title = `## ${result.id}. ${result.title}`;
  const problems = problemsOf(result);
  if ('error' in result || problems.length > 0) return [title, 'No result:', bullets(problems)].join('\n\n');
  const { setup, figures, findings, checks } = result.outcome;
  return [
    title,
    bullets(setup),
    ...table(FINDING_COLUMNS, findings),
    ...table(FIGURE_COLUMNS, figures),
    `Checked after the rounds (${checks.length} checks, all passed), the last of each kind:`,
    bullets(lastOfEachKind(checks.map(({ what }) => what))),
  ].join('\n\n');
}

function table<Row>(columns: readonly ResultColumn<Row>[], rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const head = columns.map(({ header }) => header);
  return [
    markdownTable(
      head,
      rows.map((row) => columns.map(({ value }) => value(row))),
    ),
  ];
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line.replaceAll('\n', ' ')}`).join('\n');
}

/** A check that was made after every round differs from the last only in its numbers. */
function lastOfEachKind(lines: readonly string[]): string[] {
  return [...new Map(lines.map((line) => [line.replaceAll(/\d[\d,]*/g, '#'), line])).values()];
}
