import type { RequestLimit } from '@scrip/dialects';
import type { Runtime } from './runtime.ts';

/** Waits for a place, and gives how to leave it. */
export type Pace = (signal: AbortSignal | undefined) => Promise<Leave>;

/** Called when the request is over; one that never left this machine uses nothing up. */
export type Leave = (request: { wasSent: boolean }) => void;

/** Longer windows are not waited for: their refusals say when to come back. */
const LONGEST_WINDOW_SECONDS = 60;
/** So many keys are kept before those that rest are forgotten. */
const KEPT = 100;

/** Shared by every client in the process: a limit counts for the key, not for the client. Nothing shows the names. */
const places = new Map<string, Places>();

/** Keeps requests below a vendor's limits on reads; `owner` is the vendor, its address and the key. */
export function createPace(owner: string, limits: readonly RequestLimit[], runtime: Runtime): Pace {
  const limit = limits.find(
    ({ per, counts, windowSeconds }) =>
      per === 'key' && counts === 'reads' && windowSeconds <= LONGEST_WINDOW_SECONDS,
  );
  if (limit === undefined) return async () => () => {};
  const { requests, windowSeconds } = limit;
  const name = `${requests}/${windowSeconds} ${owner}`;
  return async (signal) =>
    placesOf(name, runtime, () => createPlaces(requests, windowSeconds * 1000)).enter(runtime, signal);
}

function placesOf(name: string, runtime: Runtime, create: () => Places): Places {
  const found = places.get(name);
  if (found !== undefined) return found;
  if (places.size >= KEPT)
    for (const [other, { isFree }] of places) if (isFree(runtime.elapsedMs())) places.delete(other);
  const created = create();
  places.set(name, created);
  return created;
}

interface Places {
  readonly enter: (runtime: Runtime, signal: AbortSignal | undefined) => Promise<Leave>;
  readonly isFree: (elapsedMs: number) => boolean;
}

/**
 * As many places as requests are allowed in a window. A place is taken when a request is sent and free again a window
 * after its reply: the vendor counts when requests arrive, which is before their replies and after the next sending, so
 * that no delay on the way can bring two of them nearer together.
 */
function createPlaces(count: number, windowMs: number): Places {
  let underWay = 0;
  /** Callers that have not got a place yet, however they wait. */
  let entering = 0;
  let resting: number[] = [];
  const waiting = new Set<() => void>();

  const leave = (runtime: Runtime, wasSent: boolean): void => {
    underWay -= 1;
    if (wasSent) resting.push(runtime.elapsedMs() + windowMs);
    for (const wake of waiting) wake();
    waiting.clear();
  };

  const untilOneLeaves = async (signal: AbortSignal | undefined): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      const stop = () => {
        waiting.delete(wake);
        reject(signal?.reason as Error);
      };
      const wake = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      waiting.add(wake);
      signal?.addEventListener('abort', stop, { once: true });
    });

  const forget = (elapsedMs: number): void => {
    resting = resting.filter((freeAtMs) => freeAtMs > elapsedMs);
  };

  return {
    enter: async (runtime, signal) => {
      entering += 1;
      try {
        for (;;) {
          signal?.throwIfAborted();
          const elapsedMs = runtime.elapsedMs();
          forget(elapsedMs);
          if (underWay + resting.length < count) break;
          if (resting.length === 0) await untilOneLeaves(signal);
          else await runtime.sleep(Math.min(...resting) - elapsedMs, signal);
        }
        underWay += 1;
      } finally {
        entering -= 1;
      }
      return ({ wasSent }) => leave(runtime, wasSent);
    },
    isFree: (elapsedMs) => {
      forget(elapsedMs);
      return underWay === 0 && resting.length === 0 && entering === 0;
    },
  };
}
