import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ran, type RunOptions, runScrip } from './run-scrip.ts';
import { OPERATOR_KEY, type ScripProcess, startScrip } from './scrip-process.ts';

export interface VendorSession {
  readonly directory: string;
  readonly scrip: ScripProcess;
  /** Keys and addresses of all four vendors, and those of the server. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command line whose words are divided by spaces. */
  readonly run: (line: string, options?: RunOptions) => Promise<Ran>;
  readonly end: () => Promise<void>;
}

/** A real Scrip that plays all four vendors, with its demo account's key at each of them. */
export async function startVendorSession(): Promise<VendorSession> {
  const directory = mkdtempSync(join(tmpdir(), 'scrip-vendors-'));
  const config = join(directory, 'config.json');
  // Voice Partner's own limit is five a minute: more than one test reads it.
  writeFileSync(config, '{"dialects":{"voicepartner":{"limit":null}}}');
  const data = join(directory, 'data');
  const scrip = await startScrip({ data, flags: ['--demo'], env: { SCRIP_CONFIG: config } });
  const env = vendorEnv(scrip);
  return {
    directory,
    scrip,
    env,
    run: async (line, { env: more = {}, ...options } = {}) =>
      runScrip(line.split(' '), { ...options, env: { ...env, ...more } }),
    end: async () => {
      await scrip.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What is set where a demo account's Scrip is asked as all four vendors. */
export function vendorEnv({ url, output }: ScripProcess): Record<string, string> {
  const [, key = ''] = /\/v1\/me\/(scrip_ak_\w+)/.exec(output()) ?? [];
  return {
    SCRIP_URL: url,
    SCRIP_KEY: OPERATOR_KEY,
    VOICEPARTNER_API_KEY: key,
    VOICEPARTNER_BASE_URL: url,
    SUPERTONE_API_KEY: key,
    SUPERTONE_BASE_URL: url,
    VOXPRIA_API_KEY: key,
    VOXPRIA_BASE_URL: url,
    OCEAN_API_TOKEN: key,
    OCEAN_BASE_URL: url,
  };
}
