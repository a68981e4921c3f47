import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How many bytes of memory are kept by what is made, when all that it was made of is gone. */
export function keptBytes(make: () => unknown): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const usedBytes = () => {
    collect();
    return getHeapStatistics().used_heap_size;
  };
  const before = usedBytes();
  const kept = [make()];
  const bytes = usedBytes() - before;
  // Until here it must not be collected.
  return kept.length === 1 ? bytes : 0;
}

/** A text of some 400 kB, as a block of entries is; what is cut out of it keeps all of it in memory. */
export function largeText(start: string): string {
  return Buffer.alloc(400_000, `${start} `).toString('latin1');
}
