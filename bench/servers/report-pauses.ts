import type { PerformanceEntry } from 'node:perf_hooks';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into a server before its own code: when that ends, it says how long the collector of short-lived objects has
 * stopped its main thread since it was last told to begin (SIGUSR2).
 */
let pauses: number[] = [];

if (isMainThread) {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { detail: { kind: number } })[])
      if (entry.detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) pauses.push(entry.duration);
  }).observe({ entryTypes: ['gc'] });
  process.on('SIGUSR2', () => {
    pauses = [];
  });
  process.on('exit', () => {
    const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
    const longest = Math.max(...pauses);
    console.error(
      `the collector: ${pauses.length} short pauses of ${mean.toFixed(2)} ms, the longest of ${longest.toFixed(1)} ms`,
    );
  });
}
