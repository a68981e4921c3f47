import { readlink, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CommandFailure } from './command-failure.ts';

/** What a disk says that takes no more of a file. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Where a link leads, which stays one: also to what is not there yet. */
async function leadsTo(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const target = await readlink(path).catch(() => null);
    return target === null ? path : resolve(dirname(path), target);
  }
}

/** Writes a file beside its place and moves it there: a reader sees the old text or the new one, never a part. */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const place = await leadsTo(path);
  const draft = `${place}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, place);
  } catch (error) {
    // What went wrong first is what is told.
    await rm(draft, { force: true }).catch(() => {});
    const { message, code = '' } = error as NodeJS.ErrnoException;
    throw CommandFailure.of('file-unwritable', `${path} cannot be written: ${message}.`, {
      cause: error,
      ...(NO_ROOM.has(code) ? { hint: 'Make room on the disk, or name a file on another one.' } : {}),
    });
  }
}
