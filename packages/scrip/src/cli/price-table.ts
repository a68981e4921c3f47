import type { RateCard } from '../core/rate-card.ts';
import { type Issue, RefusedRequest } from '../server/problem.ts';
import { readRateCard } from '../server/read/rate-card.ts';
import { compileCheck } from '../server/read/schema-issues.ts';
import { rateCardBody, type RateCardBody } from '../server/schemas/rate-card.ts';
import { noCard, readCardFile } from './card-file.ts';

/** Reads a table of prices: what `scrip rate-card show --json` prints, edited. Throws `CommandFailure`. */
export async function readPriceTable(file: string): Promise<Pick<RateCard, 'pools' | 'actions'>> {
  const card = await readCardFile(file, 'prices-invalid');
  const issues = compileCheck(rateCardBody)(card);
  if (issues !== undefined) throw noCard('prices-invalid', file, describeIssues(issues));
  try {
    const { pools, actions } = readRateCard(card as RateCardBody);
    return { pools: pools ?? [], actions };
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    const { detail, members } = error.problem;
    const found = members?.['errors'] as readonly Issue[] | undefined;
    throw noCard('prices-invalid', file, found === undefined ? detail : describeIssues(found));
  }
}

function describeIssues(issues: readonly Issue[]): string {
  return issues.map(({ pointer, detail }) => `${pointer} ${detail.replace(/\.$/, '')}`.trim()).join('; ');
}
