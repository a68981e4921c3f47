/** What a server says of itself at a moment. */
export interface ScripMetrics {
  /** Entries that its derived indexes did not hold yet. */
  readonly lagEntries: number;
  /** The longest that its event loop was late since it was last asked. */
  readonly longestStallMs: number;
}

async function readMetrics(url: string): Promise<ScripMetrics> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = (name: string) => {
    const found = new RegExp(String.raw`^${name} (\S+)$`, 'm').exec(text)?.[1];
    if (found === undefined) throw new Error(`/metrics has no ${name}`);
    return Number(found);
  };
  return {
    lagEntries: value('scrip_ledger_lag_entries'),
    longestStallMs: value('scrip_event_loop_delay_max_seconds') * 1000,
  };
}

export interface Watch {
  /** Ends the watch: the most that was seen of each. */
  readonly end: () => Promise<ScripMetrics>;
}

const EVERY_MS = 1000;

/** Asks a server every second for its lag and its stalls, from now on. */
export async function watchScrip(url: string): Promise<Watch> {
  // The first answer speaks of what was before.
  await readMetrics(url);
  let most: ScripMetrics = { lagEntries: 0, longestStallMs: 0 };
  let failure: unknown = null;
  const look = async () => {
    const seen = await readMetrics(url);
    most = {
      lagEntries: Math.max(most.lagEntries, seen.lagEntries),
      longestStallMs: Math.max(most.longestStallMs, seen.longestStallMs),
    };
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => {
      failure ??= error;
    });
  }, EVERY_MS);
  // A workload that fails does not end its watch.
  timer.unref();
  return {
    end: async () => {
      clearInterval(timer);
      await look();
      if (failure !== null) throw failure;
      return most;
    },
  };
}

/** Longer than any merge of segments takes. */
const STILL_MS = 60_000;

/**
 * Milliseconds until the derived indexes hold every entry. Throws when the server is not ready, and when they come no
 * nearer for a minute.
 */
export async function untilDerived(url: string, { stillMs = STILL_MS } = {}): Promise<number> {
  const startedMs = performance.now();
  let [least, sinceMs] = [Infinity, startedMs];
  for (;;) {
    const { lagEntries } = await readMetrics(url);
    if (lagEntries === 0) return performance.now() - startedMs;
    if (lagEntries < least) [least, sinceMs] = [lagEntries, performance.now()];
    const ready = await fetch(`${url}/readyz`);
    const text = await ready.text();
    if (!ready.ok) throw new Error(`the derived indexes are ${lagEntries} entries behind: ${text}`);
    if (performance.now() - sinceMs > stillMs)
      throw new Error(`the derived indexes stay ${lagEntries} entries behind`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
