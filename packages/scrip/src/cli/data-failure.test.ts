import { describe, expect, it } from 'vitest';
import { asDataFailure } from './data-failure.ts';

function failureOf(text: string, members: object) {
  const failure = asDataFailure(Object.assign(new Error(text), members)) as { code: string; hint: string };
  return [failure.code, failure.hint];
}

const sqlite = (errcode: number) =>
  failureOf('journal.db: it says so', { code: 'ERR_SQLITE_ERROR', errcode });

describe('what keeps a command from the data directory', () => {
  it.each([
    ['SQLITE_PERM', 3],
    ['SQLITE_READONLY', 8],
    ['SQLITE_READONLY_DIRECTORY', 1544],
    ['SQLITE_CANTOPEN', 14],
  ])('is a matter of permissions, and not of a backup, where SQLite says %s', (_, errcode) => {
    expect(sqlite(errcode)).toEqual([
      'directory-unusable',
      expect.stringMatching(/^Let this user read and write the directory and its files/),
    ]);
  });

  it('is a matter of room, and not of a backup, where the disk is full', () => {
    const room = ['data-unusable', expect.stringMatching(/^Make room on the disk/)];
    expect(sqlite(13)).toEqual(room);
    expect(failureOf('ENOSPC', { code: 'ENOSPC', syscall: 'write' })[1]).toMatch(/^Make room on the disk/);
  });

  it.each([11, 26, 10])('leads to scrip verify where the files are damaged (%i)', (errcode) => {
    expect(sqlite(errcode)).toEqual(['data-unusable', expect.stringMatching(/^Run `scrip verify`/)]);
  });

  it('of a directory that may be written but not closed to others is told as that', () => {
    const [code, hint] = failureOf("EPERM: operation not permitted, chmod '/v'", {
      code: 'EPERM',
      syscall: 'chmod',
    });
    expect([code, hint]).toEqual([
      'directory-unusable',
      expect.stringMatching(/^Name a directory inside it with --data/),
    ]);
  });
});
