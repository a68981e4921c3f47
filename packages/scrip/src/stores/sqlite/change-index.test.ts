import { describe, expect, it } from 'vitest';
import { addToFilter, createFilter } from './change-filter.ts';
import type { Instant } from './change-index.ts';
import { createChangeIndex } from './change-index.ts';

const at = (clockMs: number, evenMs = clockMs): Instant => ({ clockMs, evenMs });

function open({
  lastPosition = Infinity,
  segments = [],
  forgottenMs = -Infinity,
  startedAt = at(0),
}: Partial<Parameters<typeof createChangeIndex>[0]> = {}) {
  const sizes = { keptMs: 1000, finishedEntries: 10 };
  const index = createChangeIndex({ seed: 7, segments, forgottenMs, lastPosition, startedAt, ...sizes });
  return { ...index, mayHold: (hash: number) => index.isRecent(hash) || index.mayBeOlder(hash) };
}

function segmentOf(after: number, upTo: number, latestMs: number, hashes: readonly number[]) {
  const filter = createFilter(hashes.length);
  for (const hash of hashes) addToFilter(filter, hash);
  return { after, upTo, latestMs, filter };
}

describe('the index of changes', () => {
  it('knows an id in memory, in its segment, and in the one that this is merged into', () => {
    const index = open();
    const [first, second, third] = ['a', 'b', 'c'].map((id) => index.hashOf('acme', id)) as [
      number,
      number,
      number,
    ];
    index.add(first, 1);
    index.add(second, 2);
    const known = () => [first, second, third].map(index.mayHold);
    expect(known()).toEqual([true, true, false]);
    index.addSegment(segmentOf(0, 1, 0, [first]), at(0));
    index.addSegment(segmentOf(1, 2, 0, [second]), at(0));
    expect(known()).toEqual([true, true, false]);
    index.addSegment(segmentOf(0, 2, 0, [first, second]), at(0));
    expect(known()).toEqual([true, true, false]);
  });

  /** The ids of these names, by their hashes. */
  const hashesOf = (...names: string[]) => names.map((name) => open().hashOf('acme', name));

  it('forgets the ids of a finished segment when they are older than ids are kept, and no others', () => {
    const [old = 0, small = 0, late = 0] = hashesOf('a', 'b', 'c');
    const index = open({ startedAt: at(1500) });
    index.addSegment(segmentOf(0, 10, 500, [old]), at(1500));
    index.addSegment(segmentOf(10, 15, 500, [small]), at(1500));
    index.addSegment(segmentOf(15, 30, 1400, [late]), at(1500));
    expect([old, small, late].map(index.mayHold)).toEqual([true, true, true]);
    index.addSegment(segmentOf(30, 31, 1501, []), at(1501));
    expect([old, small, late].map(index.mayHold)).toEqual([false, true, true]);
  });

  it.each([
    ['says another time', 5000, 500],
    ['is far ahead for an account', 5000, 9_000_000],
  ])('keeps what it made itself for its whole time, also where an entry %s', (_what, nowMs, latestMs) => {
    const [own = 0] = hashesOf('a');
    const index = open({ lastPosition: 10, startedAt: at(nowMs) });
    index.addSegment(segmentOf(10, 20, latestMs, [own]), at(nowMs));
    const isKept = (clockMs: number, evenMs: number) => {
      index.addSegment(segmentOf(20, 21, 0, []), at(clockMs, evenMs));
      return index.mayHold(own);
    };
    expect(isKept(nowMs + 9_000_000, nowMs + 1000)).toBe(true);
    expect(isKept(nowMs - 9_000_000, nowMs + 1001)).toBe(true);
    expect(isKept(nowMs + 1000, nowMs + 2000)).toBe(true);
    expect(isKept(nowMs - 9_000_000, nowMs + 2000)).toBe(true);
    expect(isKept(nowMs - 9_000_000, nowMs + 2001)).toBe(false);
  });

  it('knows up to when it has forgotten', () => {
    const index = open({ lastPosition: 10, forgottenMs: 5 });
    expect(index.forgottenMs()).toBe(5);
    index.addSegment(segmentOf(10, 20, 300, []), at(300));
    index.addSegment(segmentOf(20, 30, 700, []), at(700));
    expect(index.forgottenMs()).toBe(5);
    index.addSegment(segmentOf(30, 31, 1301, []), at(1301));
    expect(index.forgottenMs()).toBe(300);
  });

  it('forgets what it made itself when both its clocks say so', () => {
    const [own = 0] = hashesOf('a');
    const index = open({ lastPosition: 10 });
    index.addSegment(segmentOf(10, 20, 0, [own]), at(0));
    index.addSegment(segmentOf(20, 21, 0, []), at(1000, 1500));
    expect(index.mayHold(own)).toBe(true);
    index.addSegment(segmentOf(21, 22, 0, []), at(1001, 1500));
    expect(index.mayHold(own)).toBe(false);
  });

  it('keeps what was there before it as long as the newest of it says', () => {
    const [older = 0, newest = 0] = hashesOf('a', 'b');
    const segments = [segmentOf(0, 10, 300, [older]), segmentOf(10, 20, 700, [newest])];
    // The clock is a day ahead, or nobody asked for anything for a day.
    const index = open({ lastPosition: 20, segments, startedAt: at(90_000, 0) });
    const known = (evenMs: number) => {
      index.addSegment(segmentOf(20, 21, 0, []), at(90_000 + evenMs, evenMs));
      return [older, newest].map(index.mayHold);
    };
    expect(known(600)).toEqual([true, true]);
    expect(known(601)).toEqual([false, true]);
    expect(known(1001)).toEqual([false, false]);
  });
});
