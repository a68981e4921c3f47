import { rename, rm, writeFile } from 'node:fs/promises';
import { CommandFailure } from './command-failure.ts';

/** Writes a file beside its place and moves it there: a reader sees the old text or the new one, never a part. */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    // What went wrong first is what is told.
    await rm(draft, { force: true }).catch(() => {});
    const { message } = error as Error;
    throw CommandFailure.of('file-unwritable', `${path} cannot be written: ${message}.`, { cause: error });
  }
}
