import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memoryOf, mostMemoryOf } from './memory-of.ts';

const MIB = 1024 * 1024;

it.runIf(existsSync('/proc/self/status'))('the most that a process held counts after it gave it back', () => {
  const taken = new ArrayBuffer(200 * MIB);
  new Uint8Array(taken).fill(1);
  const held = memoryOf(process.pid);
  // What is moved to a buffer without room is free at once.
  taken.transfer(0);
  expect(memoryOf(process.pid)).toBeLessThan(held - 100);
  expect(mostMemoryOf(process.pid)).toBeGreaterThan(held - 1);
});
