import type { DialectName } from '@scrip/dialects';
import type { ClientError } from '../client-error.ts';
import type { Runtime } from '../runtime.ts';
import type { Scrip } from '../scrip.ts';
import type { Debit, Hold } from '../scrip-replies.ts';
import type { Amount, CaptureInput, DebitInput } from '../scrip-requests.ts';

/** A value, or what a request says it is. */
export type Given<Value, Request> = Value | ((request: Request) => Value | Promise<Value>);

type MaybeId = string | null | undefined;

export interface MeterOptions<Request> {
  /**
   * With an operator's key of the role `spend`. If not given, `new Scrip()` at the first request: a build that only
   * loads the code needs no key then.
   */
  readonly scrip?: Scrip | undefined;
  /**
   * Whose credits: must be sure of who asks. Null or undefined where the request does not say, which is answered with
   * 401.
   */
  readonly account: (request: Request) => MaybeId | Promise<MaybeId>;
  /** The rate card's name for the work. */
  readonly action: Given<string, Request>;
  /** The most that the work can use: so much is held. 1 if not given. */
  readonly quantity?: Given<Amount, Request> | undefined;
  /** How long the work may take, its reply included: after that the hold is gone. 1 to 86,400; 900 if not given. */
  readonly ttlSeconds?: number | undefined;
  /** In whose words refusals are answered; Scrip's own problem+json if not given. */
  readonly dialect?: Given<DialectName | undefined, Request> | undefined;
  /** Whether a reply with this status is paid for; those from 200 to 399 are, if not given. */
  readonly isCharged?: ((status: number) => boolean) | undefined;
  /**
   * What becomes of a request while Scrip cannot decide: `refuse`, with 503 (if not given), or `allow`, which does the
   * work without a hold and tells `onUncharged`.
   */
  readonly whenUnreachable?: 'refuse' | 'allow' | undefined;
  /** Told why work was refused; what the customer can do nothing about goes to `console.error` if not given. */
  readonly onRefused?: ((error: ClientError) => unknown) | undefined;
  /** Told of work that was done and not paid for as it should be; goes to `console.error` if not given. */
  readonly onUncharged?: ((work: UnchargedWork) => unknown) | undefined;
  /** Told of a hold that could not be released, and ends at its deadline; goes to `console.error` if not given. */
  readonly onReleaseFailed?: ((hold: Hold, error: unknown) => unknown) | undefined;
  /** Clock, pauses and ids, for tests. */
  readonly runtime?: Partial<Runtime> | undefined;
}

/** What a handler has of its meter. */
export interface Metered {
  /** Null where Scrip could not be reached, and the work is allowed all the same. */
  readonly hold: Hold | null;
  /**
   * Says what was used, where that is not all of the hold; the last call before the reply's end counts. A quantity or
   * an amount of 0 takes nothing.
   */
  readonly use: (used: CaptureInput) => void;
}

/** Work that was done, and for which too little or nothing could be taken. */
export interface UnchargedWork {
  readonly accountId: string;
  readonly action: string;
  /** What was to be taken; a quantity of the action, where the handler has not said otherwise. */
  readonly used: CaptureInput;
  /**
   * What to debit later; null where the whole hold was taken for lack of what was asked, where somebody else has ended
   * the hold, or where an amount was used without a hold that says of which pool.
   */
  readonly charge: DebitInput | null;
  /** The id to debit it by, so that it is debited once: where a capture may have happened, a debit by it is refused then. */
  readonly id: string;
  /** Null where the work was allowed without one. */
  readonly hold: Hold | null;
  /** The whole hold, where that was taken for lack of what was asked. */
  readonly debit: Debit | null;
  /** Why. Where there is a hold and its `outcome` is `unknown`, a capture may have happened. */
  readonly error: ClientError;
}
