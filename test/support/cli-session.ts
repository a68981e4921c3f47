import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Ran, RunOptions } from './run-scrip.ts';
import { runScrip } from './run-scrip.ts';
import { OPERATOR_KEY, startScrip } from './scrip-process.ts';

/** A command line: its words, or one text that spaces divide into them. */
type Line = string | readonly string[];

export interface CliSession {
  readonly directory: string;
  readonly url: string;
  readonly key: string;
  readonly run: (line: Line, options?: RunOptions) => Promise<Ran>;
  /** Runs what must end well. */
  readonly ok: (line: Line, options?: RunOptions) => Promise<Ran>;
  /** Runs it with `--json`, and reads what it prints. */
  readonly json: (line: Line, options?: RunOptions) => Promise<Record<string, unknown>>;
  /** What the API itself answers. */
  readonly api: (path: string) => Promise<string>;
  readonly end: () => Promise<void>;
}

/** A real server, and the command line that asks it with the operator's key. */
export async function startCliSession(): Promise<CliSession> {
  const directory = mkdtempSync(join(tmpdir(), 'scrip-cli-'));
  const scrip = await startScrip({ data: join(directory, 'data') });
  const run: CliSession['run'] = async (line, { env = {}, ...options } = {}) =>
    runScrip(wordsOf(line), { ...options, env: { SCRIP_URL: scrip.url, SCRIP_KEY: OPERATOR_KEY, ...env } });
  const ok: CliSession['ok'] = async (line, options) => {
    const ran = await run(line, options);
    expect(ran.code, `${wordsOf(line).join(' ')}\n${ran.out}${ran.err}`).toBe(0);
    return ran;
  };
  return {
    directory,
    url: scrip.url,
    key: OPERATOR_KEY,
    run,
    ok,
    json: async (line, options) =>
      JSON.parse((await ok([...wordsOf(line), '--json'], options)).out) as Record<string, unknown>,
    api: async (path) => (await scrip.call('GET', path)).text,
    end: async () => {
      await scrip.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function wordsOf(line: Line): readonly string[] {
  return typeof line === 'string' ? line.split(' ') : line;
}

/** The value that stands beside a name in a record. */
export function member({ out }: Ran, name: string): string | undefined {
  return new RegExp(`^${name} +(.*)$`, 'm').exec(out)?.[1];
}
