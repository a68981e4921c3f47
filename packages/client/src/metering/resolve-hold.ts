import { answersForEarlierTries, ClientError } from '../client-error.ts';
import type { Runtime } from '../runtime.ts';
import type { ScripAccount } from '../scrip-account.ts';
import type { Debit, Hold } from '../scrip-replies.ts';
import type { CaptureInput } from '../scrip-requests.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** What a capture came to: all that was asked, or the whole hold for lack of it, or nothing. */
export type Captured =
  | { readonly debit: Debit; readonly error: null }
  | { readonly debit: Debit | null; readonly error: unknown };

interface Capture {
  readonly account: ScripAccount;
  readonly hold: Hold;
  readonly used: CaptureInput;
  /** On the runtime's clock. */
  readonly deadlineMs: number;
  readonly runtime: Runtime;
}

/**
 * Captures by the same ids until Scrip has answered, or the hold is past its deadline. Where more was used than can be
 * had, or what was used makes no sense, the whole hold is taken: the work is done, and half a payment is better than
 * none.
 */
export async function captureHold({ used, ...capture }: Capture): Promise<Captured> {
  const { hold } = capture;
  try {
    return { debit: await insist(capture, { used, id: `${hold.id}:capture` }), error: null };
  } catch (error) {
    const isPartRefused = error instanceof ClientError && !isOver(error) && Object.keys(used).length > 0;
    if (!isPartRefused || isUndecided(error)) return { debit: null, error };
    try {
      return { debit: await insist(capture, { used: {}, id: `${hold.id}:capture-all` }), error };
    } catch (second) {
      // Why the first was refused says more, but for whether anything was taken.
      if (second instanceof ClientError) error.outcome = second.outcome;
      return { debit: null, error };
    }
  }
}

/** Sends a capture again and again, each time with the same id. */
async function insist(
  { account, hold, deadlineMs, runtime }: Omit<Capture, 'used'>,
  { used, id }: { used: CaptureInput; id: string },
): Promise<Debit> {
  let mayHaveHappened = false;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const isLast = runtime.elapsedMs() >= deadlineMs;
    try {
      return await account.captureHold(hold.id, used, { id });
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      mayHaveHappened ||= error.outcome === 'unknown';
      if (mayHaveHappened && !answersForEarlierTries(error)) error.outcome = 'unknown';
      if (isLast || !isUndecided(error)) throw error;
      await runtime.sleep(Math.min(pauseMs, Math.max(0, deadlineMs - runtime.elapsedMs())));
    }
  }
}

/** Nobody has said yes or no: Scrip is away, or a proxy answers for it, or the reply was cut off. */
export function isUndecided({ retryable, outcome, code }: ClientError): boolean {
  return retryable || outcome === 'unknown' || code === 'not-scrip';
}

/** There is no hold left to take anything from. */
function isOver({ code }: ClientError): boolean {
  return code === 'hold-expired' || code === 'hold-resolved' || code === 'hold-not-found';
}
