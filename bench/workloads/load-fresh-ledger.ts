import { rmSync } from 'node:fs';
import { createAckBook } from '../ledgers/ack-book.ts';
import { checkFiles, countEntries } from '../ledgers/check-files.ts';
import { checkLedger, readMade } from '../ledgers/check-ledger.ts';
import { uniform } from '../load/account-choice.ts';
import { bulkTraffic } from '../load/bulk-traffic.ts';
import { runClosedLoop } from '../load/closed-loop.ts';
import type { Round } from '../load/tally.ts';
import type { ScripMetrics } from '../servers/scrip-metrics.ts';
import { untilDerived, watchScrip } from '../servers/scrip-metrics.ts';
import { startScrip } from '../servers/start-scrip.ts';
import type { Bench, Check } from '../workload.ts';

export const BULK_LINES = 1000;
export const BULK_CONNECTIONS = 4;

export interface FreshLoad {
  readonly round: Round;
  /** Debits a second, up to the moment when the derived indexes held all of them. */
  readonly indexedPerSecond: number;
  readonly seen: ScripMetrics;
  readonly checks: readonly Check[];
}

/** Puts bulk debits into a new ledger that holds accounts and grants only, and takes it away again. */
export async function loadFreshLedger(
  { scale, ledgers }: Bench,
  until: { readonly seconds: number } | { readonly requests: number },
): Promise<FreshLoad> {
  const { accounts, freshWarmUpSeconds } = scale;
  const directory = await ledgers.copy({ accounts, lotsPerAccount: 1, withKeys: false, debits: 0 });
  const scrip = await startScrip(directory);
  try {
    const before = await readMade(scrip.url, { accounts, debits: 0 });
    const entriesBefore = countEntries(directory);
    const book = createAckBook({ accounts, sampled: scale.sampledDebits });
    const traffic = bulkTraffic({ lines: BULK_LINES, choose: uniform(accounts), book });
    const load = { url: scrip.url, connections: BULK_CONNECTIONS, traffic };
    await runClosedLoop({ ...load, until: { seconds: freshWarmUpSeconds } });
    await untilDerived(scrip.url);
    const warmUp = book.total();
    const watch = await watchScrip(scrip.url);
    const startedMs = performance.now();
    const round = await runClosedLoop({ ...load, until });
    await untilDerived(scrip.url);
    const seconds = (performance.now() - startedMs) / 1000;
    const indexedPerSecond = (book.total() - warmUp) / seconds;
    const seen = await watch.end();
    const checks = [
      ...(await checkLedger(scrip.url, book, before)),
      await checkFiles(scrip, { directory, entries: entriesBefore + book.entries() }),
    ];
    return { round, indexedPerSecond, seen, checks };
  } finally {
    await scrip.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
