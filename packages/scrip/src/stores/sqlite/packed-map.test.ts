import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PackedMap } from './packed-map.ts';
import { createPackedMap } from './packed-map.ts';

const textOf = (map: PackedMap, key: string) =>
  map.get(key, (bytes, start, end) => bytes.toString('latin1', start, end));

const step = fc.record({
  key: fc.integer({ min: 0, max: 30 }).map((number) => `key-${number}`),
  /** Null: the key is taken out. Values grow and shrink, so that they move and stay. */
  value: fc.option(fc.string({ unit: 'binary-ascii', maxLength: 60 }), { freq: 6 }),
});

function take(map: PackedMap, steps: readonly { key: string; value: string | null }[]) {
  const expected = new Map<string, string>();
  for (const { key, value } of steps) {
    if (value === null) map.delete(key);
    else map.set(key, Buffer.from(value, 'latin1'));
    if (value === null) expected.delete(key);
    else expected.set(key, value);
  }
  return expected;
}

describe('a packed map', () => {
  it('gives what was set last as long as there is room', () => {
    fc.assert(
      fc.property(fc.array(step, { size: '+1' }), (steps) => {
        const map = createPackedMap(64 * 1024);
        const expected = take(map, steps);
        for (const { key } of steps) expect(textOf(map, key)).toBe(expected.get(key));
        expect(map.size()).toBe(expected.size);
      }),
    );
  });

  it('forgets when room is short, and never gives an earlier value', () => {
    let forgotten = 0;
    fc.assert(
      fc.property(fc.array(step, { size: '+2' }), (steps) => {
        const map = createPackedMap(3200);
        const expected = take(map, steps);
        const found = [...expected].filter(([key]) => textOf(map, key) !== undefined);
        for (const { key } of steps) expect([undefined, expected.get(key)]).toContain(textOf(map, key));
        expect(map.size()).toBe(found.length);
        forgotten += expected.size - found.length;
      }),
    );
    expect(forgotten).toBeGreaterThan(0);
  });

  it('holds the newest of more than it has room for', () => {
    const map = createPackedMap(64 * 1024);
    for (let number = 0; number < 5000; number += 1) map.set(`key-${number}`, Buffer.from(`${number}`));
    for (let number = 4500; number < 5000; number += 1)
      expect(textOf(map, `key-${number}`)).toBe(`${number}`);
    expect(textOf(map, 'key-0')).toBeUndefined();
  });

  it('keeps neither a value that is too large nor what it had under its key', () => {
    const map = createPackedMap(64 * 1024);
    map.set('key', Buffer.from('small'));
    map.set('key', Buffer.alloc(4096));
    expect(textOf(map, 'key')).toBeUndefined();
    map.set('key', Buffer.from('small again'));
    expect(textOf(map, 'key')).toBe('small again');
  });

  it('without room holds nothing', () => {
    const map = createPackedMap(0);
    map.set('key', Buffer.from('value'));
    expect(textOf(map, 'key')).toBeUndefined();
  });
});
