import { describe, expect, it } from 'vitest';
import { addToFilter, createFilter } from './change-filter.ts';
import { createChangeIndex } from './change-index.ts';

function open(lastPosition = Infinity) {
  const index = createChangeIndex({
    seed: 7,
    segments: [],
    lastPosition,
    keptMs: 1000,
    finishedEntries: 10,
  });
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
    index.addSegment(segmentOf(0, 1, 0, [first]), 0);
    index.addSegment(segmentOf(1, 2, 0, [second]), 0);
    expect(known()).toEqual([true, true, false]);
    index.addSegment(segmentOf(0, 2, 0, [first, second]), 0);
    expect(known()).toEqual([true, true, false]);
  });

  it('forgets the ids of a finished segment when they are older than ids are kept, and no others', () => {
    const index = open();
    const [old, small, late] = ['a', 'b', 'c'].map((id) => index.hashOf('acme', id)) as [
      number,
      number,
      number,
    ];
    index.addSegment(segmentOf(0, 10, 500, [old]), 1500);
    index.addSegment(segmentOf(10, 15, 500, [small]), 1500);
    index.addSegment(segmentOf(15, 30, 1400, [late]), 1500);
    expect([old, small, late].map(index.mayHold)).toEqual([true, true, true]);
    index.addSegment(segmentOf(30, 31, 1501, []), 1501);
    expect([old, small, late].map(index.mayHold)).toEqual([false, true, true]);
  });

  it('keeps the ids of its own entries for their whole time, whatever the clock said when they were made', () => {
    const index = open(10);
    const [before, own, ahead] = ['a', 'b', 'c'].map((id) => index.hashOf('acme', id)) as [
      number,
      number,
      number,
    ];
    index.addSegment(segmentOf(0, 10, 500, [before]), 5000);
    index.addSegment(segmentOf(10, 20, 500, [own]), 5000);
    index.addSegment(segmentOf(20, 30, 7000, [ahead]), 5000);
    const known = (nowMs: number) => {
      index.addSegment(segmentOf(30, 31, nowMs, []), nowMs);
      return [before, own, ahead].map(index.mayHold);
    };
    expect(known(5000)).toEqual([false, true, true]);
    expect(known(6000)).toEqual([false, true, true]);
    expect(known(6001)).toEqual([false, false, true]);
    expect(known(8001)).toEqual([false, false, false]);
  });
});
