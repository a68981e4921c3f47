import { problems } from './problem-table.ts';
import type { ProblemCode } from './problem-table.ts';

/** One thing wrong with a request: where it stands (a JSON pointer, or the name of a parameter) and what to do. */
export interface Issue {
  readonly pointer: string;
  readonly detail: string;
}

/** The pointer of what is wrong with a query as such, as `''` is a body's: its detail is a whole sentence. */
export const WHOLE_QUERY = '?';

/** A refusal in Scrip's own words; its status and title follow from its code. */
export interface Problem {
  readonly code: ProblemCode;
  /** What is wrong and what to do, in plain words. Never holds anything that a caller sent as a key or a path. */
  readonly detail: string;
  /** Members beside those of RFC 9457, ready for JSON. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where a request cannot be what its handler needs; the server answers with its problem. */
export class RefusedRequest extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'RefusedRequest';
    this.problem = problem;
  }
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The members of a problem, ready for JSON (RFC 9457). */
export function problemMembers({ code, detail, members }: Problem): Record<string, unknown> {
  const { status, title } = problems[code];
  return { type: `/problems/${code}`, title, status, code, detail, ...members };
}

export function statusOf(problem: Problem): number {
  return problems[problem.code].status;
}

/** Throws when there are issues: the request has values that cannot be read. */
export function refuseIssues(issues: readonly Issue[]): void {
  if (issues.length > 0) throw new RefusedRequest(invalidRequest(issues));
}

export function invalidRequest(issues: readonly Issue[]): Problem {
  const [first] = issues;
  const isOfPart = first !== undefined && first.pointer !== '' && first.pointer !== WHOLE_QUERY;
  const where = isOfPart ? `${first.pointer} ` : '';
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more, see errors)` : '';
  return {
    code: 'invalid-request',
    detail: `${where}${first?.detail ?? 'The request has wrong values.'}${more}`,
    members: { errors: issues },
  };
}
