import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const PROGRAM = join(import.meta.dirname, '../../packages/scrip/bin/scrip.js');

/** Whether this machine can make a terminal. */
export const hasScript = spawnSync('script', ['--version']).status === 0;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Record<string, string | undefined>;
  readonly input?: string | Buffer;
  /** A command that runs the program, such as a shell with limits. */
  readonly under?: readonly string[];
}

/** Starts the real program with these words. */
export function spawnScrip(
  words: readonly string[],
  { env = {}, under = [] }: Omit<RunOptions, 'input'> = {},
): ChildProcessWithoutNullStreams {
  const [command = '', ...args] = [...under, process.execPath, PROGRAM, ...words];
  const child = spawn(command, args, {
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
  });
  // A program that does not read its input may have ended before it is written.
  child.stdin.on('error', () => {});
  return child;
}

/** Runs the real program with these words, and waits for its end. */
export async function runScrip(
  words: readonly string[],
  { input = '', ...options }: RunOptions = {},
): Promise<Ran> {
  const child = spawnScrip(words, options);
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, out, err };
}
