import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOrMakeSecret } from './secret-file.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-secret-'));
  file = join(directory, 'secret');
});
afterEach(() => rmSync(directory, { recursive: true }));

const never = () => {
  throw new Error('a new secret was made');
};

it('is made once, for its owner alone, and read from then on', () => {
  // What a first start left that died while it wrote.
  writeFileSync(`${file}.part`, 'half');
  expect(readOrMakeSecret(file, () => 'the-new-secret')).toBe('the-new-secret');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toBe('the-new-secret\n');
  expect(readOrMakeSecret(file, never)).toBe('the-new-secret');
});

it('is closed to others when it is read', () => {
  writeFileSync(file, 'the-old-secret', { mode: 0o644 });
  expect(readOrMakeSecret(file, never)).toBe('the-old-secret');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it.each(['', '\n', 'short', 'with a space in it'])('is refused where the file holds %j', (text) => {
  writeFileSync(file, text);
  expect(() => readOrMakeSecret(file, never)).toThrow(
    expect.objectContaining({
      code: 'secret-invalid',
      message: expect.stringMatching(/^the secret in .* must be 8 to 255 printable characters/) as string,
      hint: expect.stringContaining('back from a copy') as string,
    }),
  );
});

it('is told as what it is where it is a directory', () => {
  mkdirSync(file);
  expect(() => readOrMakeSecret(file, never)).toThrow(
    expect.objectContaining({
      code: 'file-unreadable',
      message: `${file} cannot be read: it is a directory.`,
    }),
  );
});
