import type { DialectName } from '@scrip/dialects';
import {
  AuthenticationError,
  ClientError,
  ConfigurationError,
  InsufficientCreditsError,
  RateLimitError,
} from '../client-error.ts';
import { type Runtime, systemRuntime } from '../runtime.ts';
import { Scrip } from '../scrip.ts';
import type { ScripAccount } from '../scrip-account.ts';
import type { Hold } from '../scrip-replies.ts';
import type { CaptureInput } from '../scrip-requests.ts';
import { exactly, isNothing, roundedUp } from '../capture-input.ts';
import type { Given, Metered, MeterOptions, UnchargedWork } from './meter-options.ts';
import { placeHold } from './place-hold.ts';
import { passOn, type RefusalReply, unavailableReply, unidentifiedReply } from './refusal-reply.ts';
import { captureHold, isUndecided } from './resolve-hold.ts';
import { chargeOf, logUncharged } from './uncharged-work.ts';

/** A request's work, from its hold to its capture or release. */
export interface MeteredWork {
  readonly metered: Metered;
  /** Whether a reply with this status is paid for. */
  readonly isCharged: (status: number) => boolean;
  /**
   * Ends the work, once: takes what was used, or gives everything back. The reply may end when it is fulfilled; it is
   * never rejected.
   */
  readonly end: (outcome: 'done' | 'failed') => Promise<void>;
}

export type Begun =
  | { readonly ok: true; readonly work: MeteredWork }
  | { readonly ok: false; readonly reply: RefusalReply };

/** Begins the work of a request: places its hold, or says what to answer instead. */
export type Begin<Request> = (request: Request, key: string | null) => Promise<Begun>;

const DEFAULT_TTL_SECONDS = 900;
/** A reply does not wait longer for its capture, which then goes on without it. */
const LONGEST_WAIT_MS = 2000;

export function createMeter<Request>(options: MeterOptions<Request>): Begin<Request> {
  const { ttlSeconds = DEFAULT_TTL_SECONDS, whenUnreachable = 'refuse', onRefused = logRefusal } = options;
  const runtime = { ...systemRuntime, ...options.runtime };
  let { scrip } = options;

  return async (request, key) => {
    const dialect = await read<DialectName | undefined, Request>(options.dialect, request);
    const accountId = await options.account(request);
    if (accountId === null || accountId === undefined || accountId === '')
      return { ok: false, reply: unidentifiedReply(dialect) };
    const action = await read(options.action, request);
    const quantity = roundedUp(await read(options.quantity ?? 1, request));
    scrip ??= new Scrip();
    const account = scrip.account(accountId);
    const input = { action, quantity, ttlSeconds };
    const deadlineMs = runtime.elapsedMs() + ttlSeconds * 1000;
    const asked = { options, runtime, account, input, deadlineMs };
    try {
      const hold = await placeHold({ account, input, key, dialect, deadlineMs, runtime });
      return { ok: true, work: startWork({ ...asked, placed: { hold } }) };
    } catch (error) {
      // Not Scrip's word, but a mistake in what it was to be asked: nothing was sent.
      if (!(error instanceof ClientError) || error instanceof ConfigurationError) throw error;
      void tellRefused(() => onRefused(error));
      const reply = passOn(error);
      if (
        whenUnreachable === 'allow' &&
        (reply === null || isUndecided(error)) &&
        !(error instanceof RateLimitError || error instanceof AuthenticationError)
      )
        return { ok: true, work: startWork({ ...asked, placed: { hold: null, error } }) };
      return { ok: false, reply: reply ?? unavailableReply(dialect) };
    }
  };
}

interface Started<Request> {
  readonly options: MeterOptions<Request>;
  readonly runtime: Runtime;
  readonly account: ScripAccount;
  readonly input: {
    readonly action: string;
    readonly quantity: string | number | bigint;
  };
  /** The hold, or why there is none. */
  readonly placed: { readonly hold: Hold } | { readonly hold: null; readonly error: ClientError };
  readonly deadlineMs: number;
}

function startWork<Request>({
  options,
  runtime,
  account,
  input,
  placed,
  deadlineMs,
}: Started<Request>): MeteredWork {
  const { isCharged = isSuccess, onUncharged = logUncharged, onReleaseFailed = logReleaseFailed } = options;
  const { action, quantity } = input;
  const { hold } = placed;
  let used: CaptureInput = {};
  let ended: Promise<void> | null = null;

  const tell = async (untaken: Pick<UnchargedWork, 'id' | 'debit' | 'error'>): Promise<void> => {
    const said = Object.keys(used).length === 0 ? { quantity } : used;
    const work = { accountId: account.id, action, used: said, hold, ...untaken };
    await onUncharged({ ...work, charge: chargeOf(work, quantity) });
  };
  const take = async (): Promise<void> => {
    if (placed.hold === null) {
      if (!isNothing(used)) await tell({ id: `meter:${runtime.newId()}`, debit: null, error: placed.error });
      return;
    }
    const captured = await captureHold({ account, hold: placed.hold, used, deadlineMs, runtime });
    if (captured.error === null) return;
    const { openId, debit, error } = captured;
    await tell({ id: openId ?? `${placed.hold.id}:late`, debit, error });
  };
  const giveBack = async (): Promise<void> => {
    if (hold === null) return;
    try {
      await account.releaseHold(hold.id, { id: `${hold.id}:release` });
    } catch (failure) {
      // Its credits are back already.
      if (failure instanceof ClientError && failure.code === 'hold-expired') return;
      await onReleaseFailed(hold, failure);
    }
  };
  const resolve = async (outcome: 'done' | 'failed'): Promise<void> => {
    try {
      const isFree = outcome === 'failed' || (hold !== null && isNothing(used));
      await (isFree ? giveBack() : take());
    } catch (failure) {
      console.error('Scrip: a callback of the meter threw:', failure);
    }
  };
  const end: MeteredWork['end'] = async (outcome) => {
    ended ??= within(resolve(outcome), runtime);
    await ended;
  };
  return { metered: { hold, use: (said) => (used = exactly(said)) }, isCharged, end };
}

/** Waits for it, but not longer than a reply can wait. */
async function within(resolved: Promise<void>, runtime: Runtime): Promise<void> {
  const waiting = new AbortController();
  const patience = runtime.sleep(LONGEST_WAIT_MS, waiting.signal).catch(() => {});
  await Promise.race([resolved, patience]);
  waiting.abort();
}

async function read<Value, Request>(given: Given<Value, Request>, request: Request): Promise<Value> {
  return typeof given === 'function'
    ? (given as (request: Request) => Value | Promise<Value>)(request)
    : given;
}

function isSuccess(status: number): boolean {
  // `Response.error()` has status 0.
  return status >= 200 && status < 400;
}

/** What the callback throws changes nothing for the customer. */
async function tellRefused(callback: () => unknown): Promise<void> {
  try {
    await callback();
  } catch (failure) {
    console.error('Scrip: a callback of the meter threw:', failure);
  }
}

/** Customers without credits, or in a hurry, are no news. */
function logRefusal(error: ClientError): void {
  if (error instanceof InsufficientCreditsError || error instanceof RateLimitError) return;
  console.error(`Scrip: work was refused, or not metered (${error.code}): ${error.message}`);
}

function logReleaseFailed(hold: Hold, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  console.error(`Scrip: hold ${hold.id} could not be released; it ends at ${hold.expiresAt}: ${why}`);
}
