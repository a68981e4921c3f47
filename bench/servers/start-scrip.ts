import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATOR_KEY, SECRET } from '../ledgers/made-up.ts';
import type { ChildServer } from './child-server.ts';
import { untilServes } from './child-server.ts';

const PROGRAM = join(import.meta.dirname, '../../packages/scrip/bin/scrip.js');

/** On, so that every request is counted, and too high to refuse any. */
const LIMIT = { count: 1_000_000_000, windowSeconds: 60 };
const CONFIGURATION = {
  dialects: {
    voicepartner: { limit: LIMIT },
    supertone: { limit: LIMIT },
    voxpria: { limit: LIMIT },
    ocean: { limit: LIMIT },
  },
};

/** What is stated with every result. */
export const SCRIP_SETTINGS =
  'Scrip: `scrip serve` as it ships, defaults but for rate limits, which are on and set to 1,000,000,000 a minute and key.';

/** Starts `scrip serve`, as it was built, on a directory. */
export function startScrip(directory: string): Promise<ChildServer> {
  const configuration = `${directory}.config.json`;
  writeFileSync(configuration, JSON.stringify(CONFIGURATION));
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0', '--data', directory], {
    env: {
      ...withoutScripSettings(process.env),
      SCRIP_OPERATOR_KEY: OPERATOR_KEY,
      SCRIP_SECRET: SECRET,
      SCRIP_CONFIG: configuration,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return untilServes(child, 'scrip');
}

/** What the shell sets for another Scrip does not count here. */
function withoutScripSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('SCRIP_')));
}
