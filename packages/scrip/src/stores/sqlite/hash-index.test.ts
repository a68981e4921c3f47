import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHashIndex } from './hash-index.ts';

it('an index of hashes finds every position that was added and not removed, and no other', () => {
  // Few low bits, so that places are contended; the last ones run over the end of the table.
  const hash = fc.oneof(
    fc.constantFrom(0, 1, 2, 1023, 2047, 4_294_967_295),
    fc.integer({ min: 0, max: 20 }).map((n) => n * 1024),
  );
  const step = fc.record({ hash, position: fc.integer({ min: 0, max: 40 }), adds: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { size: '+2' }), (steps) => {
      const index = createHashIndex();
      const known = new Set<string>();
      for (const { hash: one, position, adds } of steps) {
        const name = `${one} ${position}`;
        if (!adds) index.remove(one, position);
        else if (!known.has(name)) index.add(one, position);
        if (adds) known.add(name);
        else known.delete(name);
      }
      const found: string[] = [];
      for (const one of new Set(steps.map((step) => step.hash)))
        for (let place = index.first(one); place !== -1; place = index.next(place, one))
          found.push(`${one} ${index.positionAt(place)}`);
      expect(found.toSorted()).toEqual([...known].toSorted());
      expect(index.size()).toBe(known.size);
    }),
  );
});

it('an index of hashes finds everything after it has grown', () => {
  const index = createHashIndex();
  for (let position = 0; position < 5000; position += 1)
    index.add((position * 2_654_435_761) >>> 0, position);
  for (let position = 0; position < 5000; position += 1)
    expect(index.positionAt(index.first((position * 2_654_435_761) >>> 0))).toBe(position);
});
