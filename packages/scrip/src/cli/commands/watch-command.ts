import { setTimeout } from 'node:timers/promises';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { describeCommand } from '../api-command.ts';
import { type BalanceTarget, chooseTargets, TargetArgument, TARGETS_HELP } from '../balance-target.ts';
import { CommandFailure } from '../command-failure.ts';
import { formatSeconds, parseDurationMs } from '../duration.ts';
import { failUnlessRead } from '../fail-unless-read.ts';
import { createBalanceReader } from '../target-balance.ts';
import { say, writeData } from '../terminal.ts';
import { leastPauseMs, type Watched, watchTargets } from '../watch-targets.ts';
import { createLiveTable, formatWatched, renderWatched, type WatchView } from '../watch-view.ts';

interface WatchFlags extends ApiFlags {
  readonly every: number;
  readonly count?: number;
}

export function watchCommand(): Command {
  return describeCommand('watch', {
    description: 'show balances again and again: a live table, or a line for each reading in a pipe',
    examples: [
      'scrip watch',
      'scrip watch voxpria ocean --every 5m',
      'scrip watch voxpria --every 1h --json >> balances.ndjson',
      'scrip watch acme --count 10 --every 1s',
    ],
  })
    .addArgument(new TargetArgument('[target...]', TARGETS_HELP))
    .addOption(
      new Option('--every <time>', 'how often to read, such as 30s, 5m or 1h')
        .argParser(parseDurationMs)
        .default(60_000, '60s'),
    )
    .option('--count <number>', 'how often to read each target (default: until Ctrl+C)', parseCount)
    .option('--json', 'print a line of JSON for each reading')
    .action(async (words: string[], flags: WatchFlags) => watch(chooseTargets(words), flags));
}

async function watch(targets: readonly BalanceTarget[], flags: WatchFlags): Promise<void> {
  const { every: everyMs, count = Infinity } = flags;
  const nowMs = () => Date.now();
  for (const target of targets) sayIfSlower(target, everyMs);
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // Also when nobody reads it any more, as "head" that has seen enough.
  process.stdout.once('error', stop);
  const view = openView(targets, { isJson: flags.json === true, nowMs });
  try {
    const options = {
      // The next reading is the next try: others between them would break a vendor's limit.
      read: createBalanceReader({ maxRetries: 0 }),
      everyMs,
      count,
      signal: stopped.signal,
      nowMs,
      elapsedMs: () => performance.now(),
      pause: async (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }),
      onReading: view.show,
    };
    failUnlessRead(await watchTargets(targets, options));
  } catch (error) {
    // What the last readings came to is said, also where they were the last because it was stopped.
    if (error instanceof CommandFailure || !stopped.signal.aborted) throw error;
  } finally {
    view.stop();
  }
}

function openView(
  targets: readonly BalanceTarget[],
  { isJson, nowMs }: { isJson: boolean; nowMs: () => number },
): WatchView {
  const { stdout } = process;
  if (isJson) return { show: (watched) => writeData(renderWatched(watched)), stop: () => {} };
  if (!stdout.isTTY) return { show: (watched) => writeData(formatWatched(watched)), stop: () => {} };
  const first = targets.map((target): Watched => ({ target, askedAtMs: null, last: null, failure: null }));
  return createLiveTable(first, { stream: stdout, nowMs });
}

/** A vendor's own limit is kept to, and said. */
function sayIfSlower(target: BalanceTarget, everyMs: number): void {
  const leastMs = leastPauseMs(target);
  if (leastMs > everyMs)
    say(
      `${target.name} is read every ${formatSeconds(BigInt(leastMs / 1000))}: it limits how often a key may ask.`,
    );
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}
