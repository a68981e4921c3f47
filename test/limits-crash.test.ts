import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LimitRule } from '../packages/scrip/src/ledger/limit-store.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Lets a process admit as fast as it can, kills it after so many admissions, and counts all that it reported. */
function admitUntilKilled(directory: string, rule: LimitRule, killAfter: number): Promise<number> {
  const child = fork(join(import.meta.dirname, 'limits-crash-child.ts'), [directory, JSON.stringify(rule)]);
  let admitted = 0;
  child.on('message', (count: number) => {
    admitted = count;
    if (count >= killAfter) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.on('exit', () => resolve(admitted)));
}

describe('limits when the process is killed', () => {
  it.each([
    { count: 5, windowMs: 3_600_000, window: 'sliding' as const },
    { count: 200, windowMs: 3_600_000, window: 'sliding' as const },
  ])('admit $count in all, however often it is', async (rule) => {
    const directory = mkdtempSync(join(tmpdir(), 'scrip-limits-crash-'));
    directories.push(directory);
    const portionCount = Math.max(1, Math.floor(rule.count / 20));
    const kills = 3;
    let admitted = 0;
    for (let kill = 0; kill < kills; kill += 1)
      admitted += await admitUntilKilled(directory, rule, Math.ceil(rule.count / 4));
    admitted += await admitUntilKilled(directory, rule, Number.POSITIVE_INFINITY);
    expect(admitted).toBeLessThanOrEqual(rule.count);
    // Of each killed process, one portion may have been leased and not used, and one admission not reported.
    expect(admitted).toBeGreaterThanOrEqual(rule.count - kills * (portionCount + 1));
  });
});
