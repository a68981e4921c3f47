import type { Refusal } from '@scrip/dialects';
import type { Issue, Problem } from './problem.ts';
import { statusOf, WHOLE_QUERY } from './problem.ts';
import { problems } from './problem-table.ts';

/** A problem of Scrip's in the terms that a vendor's dialect puts into its own words. */
export function dialectRefusal(problem: Problem): Refusal {
  const status = statusOf(problem);
  const { code, detail } = problem;
  switch (code) {
    case 'credential-missing':
    case 'credential-unknown':
    case 'forbidden':
    case 'bad-url':
    case 'internal':
      return { code };
    case 'bad-request':
    case 'headers-too-large':
    case 'request-timeout':
      return { code: 'bad-request', status: problems[code].status, message: detail };
    case 'store-unreadable':
      return { code: 'internal' };
    case 'credential-repeated':
      return { code: 'credential-conflicting' };
    case 'insufficient-credits':
      return { code, ...insufficientMembers(problem) };
    case 'method-not-allowed':
      return { code, allow: (problem.headers?.allow ?? '').split(', ') };
    case 'idempotency-key-invalid': {
      const header = {
        in: 'header',
        path: ['idempotency-key'],
        message: detail,
        type: code,
      } as const;
      return { code: 'invalid-request', problems: [header], status: 422 };
    }
    case 'idempotency-mismatch':
      return { code: 'conflict', message: detail, status };
    default:
      return byStatus(problem, status);
  }
}

function byStatus(problem: Problem, status: number): Refusal {
  if (status === 404) return { code: 'not-found' };
  if (status === 409) return { code: 'conflict', message: problem.detail, status };
  if (status >= 500)
    return { code: 'unavailable', retryAfterSeconds: Number(problem.headers?.['retry-after'] ?? 1) };
  const stated = ([400, 413, 414, 415, 422] as const).find((candidate) => candidate === status) ?? 400;
  return { code: 'invalid-request', problems: dialectProblems(problem), status: stated };
}

function insufficientMembers({ members }: Problem): { pool: string; reason: 'balance' | 'holds' } {
  return members as { pool: string; reason: 'balance' | 'holds' };
}

function dialectProblems({ code, detail, members }: Problem) {
  const issues = (members?.errors ?? [{ pointer: '', detail }]) as readonly Issue[];
  return issues.map((issue) => ({
    in: issue.pointer.startsWith('?') ? ('query' as const) : ('body' as const),
    path: issue.pointer === '' || issue.pointer === WHOLE_QUERY ? [] : membersOf(issue.pointer),
    message: issue.detail,
    type: code,
  }));
}

/** The members that a pointer leads through (RFC 6901); one that begins with `?` leads into the query. */
function membersOf(pointer: string): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((member) => member.replaceAll('~1', '/').replaceAll('~0', '~'));
}
