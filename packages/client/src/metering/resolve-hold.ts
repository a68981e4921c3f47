import {
  answersForEarlierTries,
  ClientError,
  ConfigurationError,
  InsufficientCreditsError,
  InvalidRequestError,
} from '../client-error.ts';
import type { Runtime } from '../runtime.ts';
import type { ScripAccount } from '../scrip-account.ts';
import type { Debit, Hold } from '../scrip-replies.ts';
import type { CaptureInput } from '../scrip-requests.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** What a capture came to: all that was asked, or the whole hold for lack of it, or nothing. */
export type Captured =
  | { readonly debit: Debit; readonly error: null }
  | {
      readonly debit: Debit | null;
      readonly error: ClientError;
      /** The id of a capture that may have happened; null where nothing of it is open. */
      readonly openId: string | null;
    };

interface Capture extends Patience {
  readonly account: ScripAccount;
  readonly hold: Hold;
  readonly used: CaptureInput;
}

/**
 * Captures by the same ids until Scrip has answered, or the hold is past its deadline. Where more was used than can be
 * had, or what was used makes no sense, the whole hold is taken: the work is done, and half a payment is better than
 * none.
 */
export async function captureHold({ account, hold, used, ...patience }: Capture): Promise<Captured> {
  const id = `${hold.id}:capture`;
  const capture = async (input: CaptureInput, sentId: string) =>
    insist(patience, async () => account.captureHold(hold.id, input, { id: sentId }));
  const failed = (error: ClientError, sentId: string) => ({
    debit: null,
    error,
    openId: error.outcome === 'unknown' ? sentId : null,
  });
  try {
    return { debit: await capture(used, id), error: null };
  } catch (failure) {
    const error = asClientError(failure);
    if (Object.keys(used).length === 0 || !isAmountRefused(error)) return failed(error, id);
    const allId = `${id}-all`;
    try {
      return { debit: await capture({}, allId), error, openId: null };
    } catch (second) {
      // Why the first was refused says more, but for whether anything was taken.
      error.outcome = asClientError(second).outcome;
      error.changeId = allId;
      return failed(error, allId);
    }
  }
}

/** How long a change is sent again. */
export interface Patience {
  /** On the runtime's clock. */
  readonly deadlineMs: number;
  readonly runtime: Runtime;
}

/** Sends a change again and again until Scrip has answered or its time is over; it must have the same id each time. */
export async function insist<Value>(
  { deadlineMs, runtime }: Patience,
  send: () => Promise<Value>,
): Promise<Value> {
  let mayHaveHappened = false;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const isLast = runtime.elapsedMs() >= deadlineMs;
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      mayHaveHappened ||= error.outcome === 'unknown';
      if (mayHaveHappened && !answersForEarlierTries(error)) error.outcome = 'unknown';
      if (isLast || !isUndecided(error)) throw error;
      const leftMs = Math.max(0, deadlineMs - runtime.elapsedMs());
      // Not all at once where many wait, and not before Scrip wants to be asked again, as long as that leaves time to ask.
      const spreadMs = pauseMs * (1 - runtime.random() / 2);
      const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
      await runtime.sleep(Math.min(leftMs, askedMs < leftMs / 2 ? Math.max(spreadMs, askedMs) : spreadMs));
    }
  }
}

/**
 * Nobody has said yes or no: Scrip is away, or a proxy answers for it or sends elsewhere, or the request or the reply
 * was cut off.
 */
export function isUndecided({ retryable, outcome, code, status }: ClientError): boolean {
  return (
    retryable || outcome === 'unknown' || code === 'not-scrip' || code === 'redirected' || status === 408
  );
}

/** Scrip has judged what was to be taken, and not the key, the address or the hold. */
function isAmountRefused(error: ClientError): boolean {
  return (
    error.code === 'capture-exceeds-hold' ||
    error instanceof InsufficientCreditsError ||
    (error instanceof InvalidRequestError && error.status === 422)
  );
}

/** What was used may be nothing that can be sent. */
function asClientError(error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const members = { code: 'argument-invalid', service: 'scrip', cause: error } as const;
  return new ConfigurationError(`What was used cannot be sent: ${String(error)}`, members);
}
