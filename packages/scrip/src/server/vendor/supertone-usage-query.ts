import type { Problem } from '@scrip/dialects';
import { supertone } from '@scrip/dialects';
import { DAY_MS } from '../../core/calendar.ts';
import type { Issue } from '../problem.ts';
import { readQueryInstant } from '../read/instant.ts';
import { parameterValues } from './request-target.ts';
import { parameterProblem, readParameter } from './vendor-read.ts';

/** The widths that the vendor documents. They are whole parts of a day of UTC, so that buckets begin at their multiples. */
const WIDTHS_MS: Readonly<Record<string, number>> = { hour: DAY_MS / 24, day: DAY_MS };

/** The breakdowns that the vendor documents, and whether a ledger of credits can answer them. */
const BREAKDOWNS = new Map([
  ['api_key', true],
  ['voice_id', false],
  ['voice_name', false],
  ['model', false],
]);

/** Times from here on are no times of anybody's usage, and the end of the last bucket could have no RFC 3339 form. */
const FAR_OFF_MS = Date.UTC(9000, 0, 1);

export interface UsageQuery {
  /** Of the first bucket. */
  readonly startMs: number;
  /** Of the last bucket. */
  readonly endMs: number;
  readonly widthMs: number;
  readonly pageSize: number;
  /** The bucket that the page begins with. */
  readonly pageStartMs: number;
  readonly isByKey: boolean;
}

/** Reads the parameters of the usage route; null when there are problems. The span is widened to whole buckets. */
export function readUsageQuery(query: URLSearchParams, problems: Problem[]): UsageQuery | null {
  const widthMs = readWidth(query, problems);
  const from = readTime(query, 'start_time', problems);
  const to = readTime(query, 'end_time', problems);
  const pageSize = readPageSize(query, problems);
  const isByKey = readBreakdowns(query, problems);
  const startMs = Math.floor(from / widthMs) * widthMs;
  const endMs = Math.ceil(to / widthMs) * widthMs;
  if (problems.length === 0 && to <= from)
    problems.push(parameterProblem('end_time', 'must be after start_time', 'range'));
  const pageStartMs = readPageStart(query, { startMs, endMs, widthMs }, problems);
  return problems.length > 0 ? null : { startMs, endMs, widthMs, pageSize, pageStartMs, isByKey };
}

/** Says where the next page begins, in a form that nobody will take for a time to compute with. */
export function encodePageToken(bucketStartMs: number): string {
  return Buffer.from(`bucket ${bucketStartMs}`).toString('base64url');
}

function decodePageToken(token: string): number {
  const match = /^bucket (\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
  return match === null ? Number.NaN : Number(match[1]);
}

function readPageStart(
  query: URLSearchParams,
  { startMs, endMs, widthMs }: Pick<UsageQuery, 'startMs' | 'endMs' | 'widthMs'>,
  problems: Problem[],
): number {
  const token = readParameter(query, 'next_page_token', problems);
  if (token === undefined || token === '') return startMs;
  const pageStartMs = decodePageToken(token);
  const isOfThisQuery = pageStartMs > startMs && pageStartMs < endMs && pageStartMs % widthMs === 0;
  if (!isOfThisQuery && problems.length === 0)
    problems.push(parameterProblem('next_page_token', 'does not belong to this query', 'token'));
  return pageStartMs;
}

function readWidth(query: URLSearchParams, problems: Problem[]): number {
  const text = readParameter(query, 'bucket_width', problems) ?? 'day';
  const widthMs = Object.hasOwn(WIDTHS_MS, text) ? WIDTHS_MS[text] : undefined;
  if (widthMs === undefined) problems.push(parameterProblem('bucket_width', 'must be hour or day', 'enum'));
  return widthMs ?? DAY_MS;
}

function readTime(query: URLSearchParams, name: string, problems: Problem[]): number {
  const text = readParameter(query, name, problems);
  if (text === undefined) {
    problems.push(parameterProblem(name, 'is required', 'missing'));
    return 0;
  }
  const issues: Issue[] = [];
  const atMs = readQueryInstant(text, name, issues);
  if (issues.length > 0) problems.push(parameterProblem(name, 'must be an RFC 3339 date-time', 'date-time'));
  else if (atMs >= FAR_OFF_MS) problems.push(parameterProblem(name, 'must be before the year 9000', 'range'));
  return atMs;
}

/** Clients of typed languages send a number, `10.0` for 10. */
function readPageSize(query: URLSearchParams, problems: Problem[]): number {
  const { least, most, default: usual } = supertone.pageSize;
  const text = readParameter(query, 'page_size', problems);
  if (text === undefined) return usual;
  const size = /^\d{1,9}(\.0+)?$/.test(text) ? Number(text) : Number.NaN;
  if (size >= least && size <= most) return size;
  problems.push(parameterProblem('page_size', `must be a whole number from ${least} to ${most}`, 'range'));
  return usual;
}

/** True: by key. The parameter is a list, written `breakdown_type=` or `breakdown_type[]=`. */
function readBreakdowns(query: URLSearchParams, problems: Problem[]): boolean {
  const asked = parameterValues(query, 'breakdown_type');
  for (const one of new Set(asked)) {
    const isAnswered = BREAKDOWNS.get(one);
    if (isAnswered === undefined)
      problems.push(
        parameterProblem('breakdown_type', `must be one of ${[...BREAKDOWNS.keys()].join(', ')}`, 'enum'),
      );
    else if (!isAnswered)
      problems.push(
        parameterProblem('breakdown_type', `${one} is not recorded here, api_key is`, 'unsupported'),
      );
  }
  return asked.includes('api_key');
}
