import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Does some work while these stand in the place of functions of node:fs. */
export function withFileSystem<Result>(changed: Partial<typeof fs>, work: () => Result): Result {
  const names = Object.keys(changed) as (keyof typeof fs)[];
  const original = Object.fromEntries(names.map((name) => [name, fs[name]]));
  try {
    Object.assign(fs, changed);
    syncBuiltinESMExports();
    return work();
  } finally {
    Object.assign(fs, original);
    syncBuiltinESMExports();
  }
}
