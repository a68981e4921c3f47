import { ClientError } from './client-error.ts';
import type { ScripAccount } from './scrip-account.ts';
import type { Debit, Hold } from './scrip-replies.ts';
import type { Amount, CaptureInput, Instant, Metadata, SpendOptions } from './scrip-requests.ts';

/** What work under a hold is given. */
export interface HeldWork {
  readonly hold: Hold;
  /**
   * Says what was used, where that is not all of the hold; the last call counts. A quantity or an amount of 0 releases
   * the hold.
   */
  readonly use: (used: CaptureInput) => void;
}

/** `id` is the hold's; the ids of its capture and release follow from it. `signal` ends the placing only. */
export interface WithHoldOptions extends SpendOptions {
  /** How long the work may take; 900 if not given. */
  readonly ttlSeconds?: number;
  readonly occurredAt?: Instant;
  readonly metadata?: Metadata;
  /** Told why a release failed: the hold then ends at its deadline. The work's own error is thrown all the same. */
  readonly onReleaseFailed?: (error: unknown) => void;
}

export interface WithHoldResult<Result> {
  readonly result: Result;
  /** What was taken; null where the work used nothing. */
  readonly debit: Debit | null;
}

/** The work is done, and its credits could not be taken: `cause` says why, `result` is what the work gave. */
export class CaptureError extends ClientError {
  override readonly name = 'CaptureError';
  readonly hold: Hold;
  readonly result: unknown;

  constructor(cause: ClientError, { hold, result }: { hold: Hold; result: unknown }) {
    const { message, code, service, status, requestId, outcome, reply } = cause;
    super(`The work is done, and hold ${hold.id} could not be captured: ${message}`, {
      code,
      service,
      status: status ?? undefined,
      requestId: requestId ?? undefined,
      outcome,
      reply: reply ?? undefined,
      cause,
    });
    this.hold = hold;
    this.result = result;
  }
}

interface Wanted<Result> {
  readonly action: string;
  readonly quantity: Amount;
  readonly work: (held: HeldWork) => Result | Promise<Result>;
  readonly options: WithHoldOptions;
}

/** Hold → work → capture, or release where the work throws. */
export async function workWithHold<Result>(
  { account, newId }: { account: ScripAccount; newId: () => string },
  { action, quantity, work, options }: Wanted<Result>,
): Promise<WithHoldResult<Result>> {
  const { ttlSeconds, occurredAt, metadata, onReleaseFailed, ...spend } = options;
  const id = spend.id ?? newId();
  const input = {
    action,
    quantity,
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const hold = await account.placeHold(input, { ...spend, id });
  const release = async () => account.releaseHold(hold.id, { id: `${id}:release` });
  let used: CaptureInput = {};
  let result: Result;
  try {
    result = await work({ hold, use: (said) => (used = said) });
  } catch (error) {
    await release().catch((failure: unknown) => onReleaseFailed?.(failure));
    throw error;
  }
  try {
    if (isNothing(used)) {
      await release();
      return { result, debit: null };
    }
    return { result, debit: await account.captureHold(hold.id, used, { id: `${id}:capture` }) };
  } catch (error) {
    throw error instanceof ClientError ? new CaptureError(error, { hold, result }) : error;
  }
}

/** Nothing cannot be captured: it is released. */
export function isNothing({ amount, quantity }: CaptureInput): boolean {
  const said = amount ?? quantity;
  return said !== undefined && /^[+-]?0*\.?0*$/.test(String(said).trim());
}
