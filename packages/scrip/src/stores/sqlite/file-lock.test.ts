import { spawnSync } from 'node:child_process';
import fs, { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withFileSystem } from '../../../../../test/support/with-file-system.ts';
import { lockFile } from './file-lock.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-lock-'));
  file = join(directory, 'lock.db');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('a file is locked by one at a time', () => {
  const unlock = lockFile(file);
  expect(unlock).not.toBeNull();
  expect(lockFile(file)).toBeNull();
  unlock?.();
  const next = lockFile(file);
  expect(next).not.toBeNull();
  next?.();
});

it('a lock that its process asks for once more still keeps other processes away', () => {
  const unlock = lockFile(file);
  expect(lockFile(file)).toBeNull();
  const script = `import { lockFile } from ${JSON.stringify(import.meta.resolve('./file-lock.ts'))};
    process.exit(lockFile(${JSON.stringify(file)}) === null ? 3 : 0);`;
  const other = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
  expect(other.status, String(other.stderr)).toBe(3);
  unlock?.();
});

it('a lock is closed to others, also where its file was open to them', () => {
  lockFile(file)?.();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  rmSync(file);
  writeFileSync(file, '', { mode: 0o644 });
  lockFile(file)?.();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

/** Locks the file; once that is done somebody removes it, and does something more, before the lock is looked at again. */
function lockWhileRemoved(more: () => void): (() => void) | null {
  let looked = 0;
  const stat = fs.statSync;
  const statLater = (...words: Parameters<typeof stat>) => {
    looked += 1;
    if (looked === 2) {
      rmSync(file);
      more();
    }
    return stat(...words);
  };
  return withFileSystem({ statSync: statLater as typeof stat }, () => lockFile(file));
}

it('a lock whose file was removed meanwhile is taken anew', () => {
  const unlock = lockWhileRemoved(() => {});
  expect(unlock).not.toBeNull();
  expect(lockFile(file)).toBeNull();
  unlock?.();
});

it('a lock whose file was removed meanwhile, and made and locked by another, is that other’s', () => {
  let unlockOther: (() => void) | null = null;
  expect(lockWhileRemoved(() => (unlockOther = lockFile(file)))).toBeNull();
  expect(unlockOther).not.toBeNull();
  (unlockOther as unknown as () => void)();
});
