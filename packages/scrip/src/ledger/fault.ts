export type FaultCode =
  /** The store refused or lost a commit; writes stop until the program is started again. */
  | 'store-failed'
  /** The store cannot be read. */
  | 'store-unreadable'
  /** More waits to be written than the store can take. */
  | 'overloaded'
  /** The ledger is shutting down. */
  | 'closing';

/** The world broke. `outcome` says whether the change may have happened all the same: only a retry by its id finds out. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly retryable: boolean;
  readonly outcome: 'not-applied' | 'unknown';

  constructor(
    message: string,
    {
      code,
      retryable,
      outcome,
      cause,
    }: { code: FaultCode; retryable: boolean; outcome: 'not-applied' | 'unknown'; cause?: unknown },
  ) {
    super(message, { cause });
    this.name = 'Fault';
    this.code = code;
    this.retryable = retryable;
    this.outcome = outcome;
  }
}

/** The fault of a read that an answer or a decision needs; `cause` is what failed. */
export function unreadable(cause: unknown): Fault {
  return new Fault('the ledger cannot be read from its files', {
    code: 'store-unreadable',
    retryable: true,
    outcome: 'not-applied',
    cause,
  });
}

/** A fault as that of a change which has happened: its caller finds out by the id. */
export function asUnknown(error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  const { message, code, retryable } = error;
  return new Fault(message, { code, retryable, outcome: 'unknown', cause: error });
}
