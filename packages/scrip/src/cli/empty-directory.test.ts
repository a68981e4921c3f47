import fs, { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { withFileSystem } from '../../../../test/support/with-file-system.ts';
import { lockFile } from '../stores/sqlite/file-lock.ts';
import { takeEmptyDirectory } from './empty-directory.ts';

it('an unused directory is held until its lock is removed, so that nobody loses one to it', () => {
  const home = mkdtempSync(join(tmpdir(), 'scrip-empty-'));
  const data = join(home, 'data');
  const directory = takeEmptyDirectory(data);
  const heldBefore: boolean[] = [];
  const remove = fs.rmSync;
  const watched: typeof remove = (path, options) => {
    if (basename(String(path)) === 'lock.db') heldBefore.push(lockFile(String(path)) === null);
    remove(path, options);
  };
  withFileSystem({ rmSync: watched }, () => directory.release());
  expect(heldBefore).toEqual([true]);
  expect(existsSync(data)).toBe(false);
  rmSync(home, { recursive: true });
});
