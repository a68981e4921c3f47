import { buffer } from 'node:stream/consumers';
import type { RateCard } from '../core/rate-card.ts';
import { type Issue, RefusedRequest } from '../server/problem.ts';
import { readJson } from '../server/read/json.ts';
import { readRateCard } from '../server/read/rate-card.ts';
import { compileCheck } from '../server/read/schema-issues.ts';
import { rateCardBody, type RateCardBody } from '../server/schemas/rate-card.ts';
import { CommandFailure } from './command-failure.ts';
import { inputName, openInput } from './open-input.ts';

/** Reads a table of prices: what `scrip rate-card show --json` prints, edited. Throws `CommandFailure`. */
export async function readPriceTable(file: string): Promise<Pick<RateCard, 'pools' | 'actions'>> {
  const { stream } = await openInput(file);
  const bytes = await buffer(stream);
  const invalid = (reason: string) =>
    CommandFailure.of('prices-invalid', `${inputName(file)} is no rate card: ${reason.replace(/\.$/, '')}.`);
  try {
    const card = cardMembers(readJson(bytes));
    if (card === null) throw invalid('it is not a JSON object');
    const issues = compileCheck(rateCardBody)(card);
    if (issues !== undefined) throw invalid(describeIssues(issues));
    const { pools, actions } = readRateCard(card as RateCardBody);
    return { pools: pools ?? [], actions };
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    const { detail, members } = error.problem;
    const issues = members?.['errors'] as readonly Issue[] | undefined;
    throw invalid(issues === undefined ? detail : describeIssues(issues));
  }
}

/** What a card shows of itself beside its prices says nothing here. */
function cardMembers(value: unknown): object | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { version: _version, publishedAt: _publishedAt, ...card } = value as Record<string, unknown>;
  return card;
}

function describeIssues(issues: readonly Issue[]): string {
  return issues.map(({ pointer, detail }) => `${pointer} ${detail.replace(/\.$/, '')}`.trim()).join('; ');
}
