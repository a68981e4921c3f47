/** What the table of problems says of one. */
export interface ProblemRow {
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
}

/** Problems of the server itself: it is at fault, or has no time. */
export const faultProblems = {
  internal: {
    status: 500,
    title: 'Something went wrong in Scrip',
    remedy: "Send the same id again. If it stays so, report it with the log's line of this `x-request-id`.",
  },
  'store-failed': {
    status: 503,
    title: 'The store cannot be written',
    remedy:
      'Operator: see `GET /readyz`, mend the disk, start Scrip again. Caller: send the same id again after that.',
  },
  'store-unreadable': {
    status: 503,
    title: 'The store cannot be read',
    remedy: 'Operator: see the log. Caller: try again.',
  },
  overloaded: {
    status: 503,
    title: 'There is more to do than can be done',
    remedy: 'Wait as `Retry-After` says, and send the same id again.',
  },
  closing: {
    status: 503,
    title: 'The server is shutting down',
    remedy: 'Send the same id again when the server is back.',
  },
  'timed-out': {
    status: 503,
    title: 'The request took too long',
    remedy: 'Send the same id again: only that tells whether it happened.',
  },
} as const satisfies Readonly<Record<string, ProblemRow>>;
