import { ClientError } from '@scrip/client';
import { dialects } from '@scrip/dialects';
import type { BalanceTarget } from './balance-target.ts';
import type { CommandFailure } from './command-failure.ts';
import { LONGEST_MS } from './duration.ts';
import type { ReadBalance, Reading, TargetBalance } from './target-balance.ts';

/** What is known of a target: its last balance, and why there is no newer one. */
export interface Watched {
  readonly target: BalanceTarget;
  /** When it was last asked; null: the first answer is still to come. */
  readonly askedAtMs: number | null;
  readonly last: Reading | null;
  /** Null: the last reading went well. */
  readonly failure: CommandFailure | null;
}

export interface WatchOptions {
  readonly read: ReadBalance;
  readonly everyMs: number;
  /** How often each target is read. */
  readonly count: number;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Milliseconds on a clock that is never set: a pause keeps its length whatever the time of day becomes. */
  readonly elapsedMs: () => number;
  /** Ends early, with the signal's reason, when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onReading: (watched: Watched) => void;
}

/**
 * How often a target may be read at most, in whole seconds: a vendor's limits on a key hold however often one wants to
 * look.
 */
export function leastPauseMs(target: BalanceTarget): number {
  if (target.kind === 'account') return 0;
  const pauses = dialects[target.name].limits
    .filter(({ counts, per }) => counts === 'reads' && per === 'key')
    .map(({ requests, windowSeconds }) => Math.ceil(windowSeconds / requests) * 1000);
  return Math.max(0, ...pauses);
}

/** Reads every target again and again, each in a rhythm of its own, until the count is reached or the signal aborts. */
export async function watchTargets(
  targets: readonly BalanceTarget[],
  options: WatchOptions,
): Promise<readonly TargetBalance[]> {
  return Promise.all(targets.map(async (target) => watchTarget(target, options)));
}

async function watchTarget(
  target: BalanceTarget,
  { read, everyMs, count, signal, nowMs, elapsedMs, pause, onReading }: WatchOptions,
): Promise<TargetBalance> {
  let last: Reading | null = null;
  for (let times = 1; ; times += 1) {
    const askedAtMs = nowMs();
    const dueMs = elapsedMs() + Math.max(everyMs, leastPauseMs(target));
    const balance = await read(target, { signal });
    const failure = 'failure' in balance ? balance.failure : null;
    if (!('failure' in balance)) last = balance;
    onReading({ target, askedAtMs, last, failure });
    if (times >= count) return balance;
    await pause(Math.min(LONGEST_MS, Math.max(0, dueMs - elapsedMs(), askedPauseMs(failure))), signal);
  }
}

/** Whoever has named a time is not asked before, whatever it refused. */
function askedPauseMs(failure: CommandFailure | null): number {
  const cause = failure?.cause;
  return cause instanceof ClientError ? (cause.retryAfterSeconds ?? 0) * 1000 : 0;
}
