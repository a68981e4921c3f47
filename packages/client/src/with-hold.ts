import { exactly, isNothing } from './capture-input.ts';
import { ClientError, ConfigurationError, ConflictError } from './client-error.ts';
import { holdIdOf, type HoldStanding, MOST_TRIES, standingOf } from './hold-standing.ts';
import type { ScripAccount } from './scrip-account.ts';
import type { ScripReply } from './scrip-call.ts';
import type { Debit, Hold } from './scrip-replies.ts';
import type { Amount, CaptureInput, HoldInput, Instant, Metadata, SpendOptions } from './scrip-requests.ts';

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
  readonly ttlSeconds?: number | undefined;
  readonly occurredAt?: Instant | undefined;
  readonly metadata?: Metadata | undefined;
  /** Told why a release failed: the hold then ends at its deadline. The work's own error is thrown all the same. */
  readonly onReleaseFailed?: ((error: unknown) => unknown) | undefined;
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
      retryAfterSeconds: cause.retryAfterSeconds ?? undefined,
      outcome,
      reply: reply ?? undefined,
      cause,
    });
    this.changeId = cause.changeId;
    this.tries = cause.tries;
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

/** What work under a hold is done with. */
interface Under {
  readonly account: ScripAccount;
  readonly newId: () => string;
  /** As the account's `placeHold`, with whether the id was used before. */
  readonly place: (
    input: HoldInput,
    options: SpendOptions,
  ) => Promise<Pick<ScripReply<Hold>, 'value' | 'replayed'>>;
}

/** Hold → work → capture, or release where the work throws. */
export async function workWithHold<Result>(
  { account, newId, place }: Under,
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
  const hold = await placeUnused({ account, place }, input, { ...spend, id });
  const release = async () => account.releaseHold(hold.id, { id: `${hold.id}:release` });
  let used: CaptureInput = {};
  let result: Result;
  try {
    result = await work({ hold, use: (said) => (used = exactly(said)) });
  } catch (error) {
    await release().catch(async (failure: unknown) => {
      // Its credits are back already.
      if (failure instanceof ClientError && failure.code === 'hold-expired') return;
      await tellFailed(failure, onReleaseFailed);
    });
    throw error;
  }
  try {
    if (isNothing(used)) {
      await release().catch(unlessGivenBack);
      return { result, debit: null };
    }
    return { result, debit: await account.captureHold(hold.id, used, { id: `${hold.id}:capture` }) };
  } catch (error) {
    throw error instanceof ClientError ? new CaptureError(error, { hold, result }) : error;
  }
}

/** What the callback throws must not stand in for the work's own error. */
async function tellFailed(
  failure: unknown,
  onReleaseFailed: WithHoldOptions['onReleaseFailed'],
): Promise<void> {
  try {
    await onReleaseFailed?.(failure);
  } catch (thrown) {
    console.error('Scrip: onReleaseFailed threw:', thrown);
  }
}

/** Of 255 characters, its last try's capture and release have theirs behind it. */
const LONGEST_ID = 255 - `${holdIdOf('', MOST_TRIES)}:capture`.length;

/**
 * Places the hold. An id that somebody repeats may be that of a hold which has been resolved: where its credits were given
 * back another hold is placed, and where they were taken the work was done and paid for, so that it is not done again.
 */
async function placeUnused(
  { account, place }: Pick<Under, 'account' | 'place'>,
  input: HoldInput,
  { id, ...spend }: SpendOptions & { readonly id: string },
): Promise<Hold> {
  if (id.length > LONGEST_ID)
    throw new ConfigurationError(`The id of work under a hold may have ${LONGEST_ID} characters.`, {
      code: 'id-invalid',
      service: 'scrip',
    });
  for (let tries = 1; ; tries += 1) {
    const { value: hold, replayed } = await place(input, {
      ...spend,
      id: holdIdOf(id, tries),
    });
    const standing = replayed ? await standingOfPlaced(account, hold, spend) : 'open';
    if (standing === 'open') return hold;
    if (standing === 'captured' || tries === MOST_TRIES)
      throw new ConflictError(
        `Hold ${hold.id} has been ${standing === 'captured' ? 'captured' : 'given back'}.`,
        {
          code: 'hold-resolved',
          service: 'scrip',
        },
      );
  }
}

async function standingOfPlaced(
  account: ScripAccount,
  hold: Hold,
  { signal }: Pick<SpendOptions, 'signal'>,
): Promise<HoldStanding> {
  try {
    return await standingOf(account, hold.id, { signal });
  } catch (error) {
    // It may be open, and hold credits.
    if (error instanceof ClientError) {
      error.outcome = 'unknown';
      error.changeId = hold.id;
    }
    throw error;
  }
}

/** It was to be given back, and has been. */
function unlessGivenBack(error: unknown): void {
  if (error instanceof ClientError && (error.code === 'hold-expired' || error.code === 'hold-resolved'))
    return;
  throw error;
}
