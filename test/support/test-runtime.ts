import type { Runtime } from '../../packages/client/src/runtime.ts';

/** A runtime whose time passes only when everybody sleeps. */
export interface TestRuntime extends Runtime {
  /** How long each sleep was to last, in the order in which they were begun. */
  readonly sleptMs: readonly number[];
  /** Lets time pass until the promise is settled. */
  readonly runUntil: <Value>(promise: Promise<Value>) => Promise<Value>;
}

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

export function createTestRuntime({ startMs = Date.parse('2026-03-10T12:00:00Z') } = {}): TestRuntime {
  let elapsed = 0;
  let ids = 0;
  const sleptMs: number[] = [];
  const sleepers = new Set<Sleeper>();

  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    sleptMs.push(ms);
    await new Promise<void>((resolve, reject) => {
      const sleeper = { untilMs: elapsed + ms, wake: resolve };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
    });
  };

  const runUntil = async <Value>(promise: Promise<Value>): Promise<Value> => {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    void promise.then(settle, settle);
    for (;;) {
      // Whatever real I/O and promises have to do comes first.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if (settled) return promise;
      const next = [...sleepers].toSorted((one, other) => one.untilMs - other.untilMs)[0];
      if (next === undefined) continue;
      sleepers.delete(next);
      elapsed = Math.max(elapsed, next.untilMs);
      next.wake();
    }
  };

  return {
    nowMs: () => startMs + elapsed,
    elapsedMs: () => elapsed,
    random: () => 0.5,
    newId: () => `made-${(ids += 1)}`,
    sleep,
    sleptMs,
    runUntil,
  };
}

/** A runtime in which every sleep is over at once, and time has passed. */
export function createInstantRuntime(): Runtime & { readonly sleptMs: readonly number[] } {
  let elapsed = 0;
  let ids = 0;
  const sleptMs: number[] = [];
  return {
    nowMs: () => Date.parse('2026-03-10T12:00:00Z') + elapsed,
    elapsedMs: () => elapsed,
    random: () => 0.5,
    newId: () => `made-${(ids += 1)}`,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sleptMs.push(ms);
      elapsed += ms;
    },
    sleptMs,
  };
}
