import { RateLimitError, ServerError } from '@scrip/client';
import { describe, expect, it } from 'vitest';
import { parseTarget } from './balance-target.ts';
import { CommandFailure } from './command-failure.ts';
import type { Reading, TargetBalance } from './target-balance.ts';
import { vendorFailure } from './vendor-failure.ts';
import { leastPauseMs, type Watched, watchTargets } from './watch-targets.ts';

const voxpria = parseTarget('voxpria');
const supertone = parseTarget('supertone');

const reading = (available: string): Reading => ({
  target: supertone,
  asOf: '2026-11-21T00:00:00.000Z',
  pools: [{ pool: 'credits', unit: 'credits', available }],
});
const failed = (failure: CommandFailure): TargetBalance => ({ target: supertone, failure });

/**
 * Watches a world in which a read takes `readMs` and nothing else takes time, and notes what is waited for. During each
 * read the clock is set by `setMs`.
 */
async function watch(
  answers: readonly TargetBalance[],
  { everyMs = 60_000, readMs = 0, setMs = 0, target = supertone } = {},
) {
  const waitedMs: number[] = [];
  const seen: Watched[] = [];
  let nowMs = 1_000_000;
  let elapsedMs = 0;
  let reads = 0;
  const last = await watchTargets([target], {
    read: async () => {
      nowMs += readMs + setMs;
      elapsedMs += readMs;
      const answer = answers[reads];
      reads += 1;
      if (answer === undefined) throw new Error('read once more than the count');
      return answer;
    },
    everyMs,
    count: answers.length,
    signal: new AbortController().signal,
    nowMs: () => nowMs,
    elapsedMs: () => elapsedMs,
    pause: async (ms) => {
      waitedMs.push(ms);
      nowMs += ms;
      elapsedMs += ms;
    },
    onReading: (watched) => seen.push(watched),
  });
  return { waitedMs, seen, last };
}

describe('watching a target', () => {
  it('reads it as often as the count says, in the rhythm, however long a read takes', async () => {
    const { waitedMs, seen } = await watch([reading('1'), reading('2'), reading('3')], { readMs: 900 });
    expect(waitedMs).toEqual([59_100, 59_100]);
    expect(seen.map(({ askedAtMs }) => askedAtMs)).toEqual([1_000_000, 1_060_000, 1_120_000]);
  });

  it('keeps the rhythm when the clock is set', async () => {
    for (const setMs of [-86_400_000, 86_400_000]) {
      const { waitedMs } = await watch([reading('1'), reading('2')], { readMs: 900, setMs });
      expect(waitedMs).toEqual([59_100]);
    }
  });

  it('reads again at once where a read takes longer than the rhythm', async () => {
    expect((await watch([reading('1'), reading('2')], { everyMs: 1000, readMs: 5000 })).waitedMs).toEqual([
      0,
    ]);
  });

  it('keeps the last balance, with the reason, while none can be read', async () => {
    const failure = CommandFailure.of('no-answer', 'It did not answer.');
    const { seen, last } = await watch([failed(failure), reading('7'), failed(failure), reading('8')]);
    expect(seen.map((watched) => [watched.last?.pools[0]?.available, watched.failure])).toEqual([
      [undefined, failure],
      ['7', null],
      ['7', failure],
      ['8', null],
    ]);
    expect(last).toEqual([reading('8')]);
  });

  it('does not ask before the time that the vendor has named', async () => {
    const later = { code: 'later', service: 'supertone', retryAfterSeconds: 300 } as const;
    for (const error of [new RateLimitError('Later.', later), new ServerError('Later.', later)]) {
      const { waitedMs } = await watch([failed(vendorFailure(error)), reading('1'), reading('1')]);
      expect(waitedMs).toEqual([300_000, 60_000]);
    }
  });

  it('waits as long as a timer can where the vendor has named a longer time', async () => {
    const error = new RateLimitError('Later.', {
      code: 'rate-limited',
      service: 'supertone',
      retryAfterSeconds: 3_000_000,
    });
    expect((await watch([failed(vendorFailure(error)), reading('1')])).waitedMs).toEqual([2 ** 31 - 1]);
  });

  it("keeps below a vendor's limit on its keys", async () => {
    expect(
      ['voicepartner', 'supertone', 'voxpria', 'ocean', 'acme'].map((name) =>
        leastPauseMs(parseTarget(name)),
      ),
    ).toEqual([12_000, 0, 4000, 1000, 0]);
    const answers = [reading('1'), reading('1')];
    expect((await watch(answers, { everyMs: 1000, target: voxpria })).waitedMs).toEqual([4000]);
  });
});
