import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { exitCode } from '../packages/scrip/src/cli/exit-code.ts';
import { planFailures } from '../packages/scrip/src/cli/plan-failure-table.ts';
import { vendorFailures } from '../packages/scrip/src/cli/vendor-failure-table.ts';
import { asPattern } from './support/as-pattern.ts';
import { runScrip } from './support/run-scrip.ts';
import { type Answer, hangUp, reply, type StandIn, startStandIn } from './support/stand-in.ts';

// Every test runs the program several times, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const KEY = 'the-key-at-the-vendor';
const directory = mkdtempSync(join(tmpdir(), 'scrip-vendor-failures-'));
const started: StandIn[] = [];
afterAll(async () => {
  for (const standIn of started) await standIn.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Wrong {
  readonly line: string;
  readonly env?: Record<string, string>;
  readonly input?: string;
}
type Cause = () => Wrong | Promise<Wrong>;

const line = (text: string, rest: Omit<Wrong, 'line'> = {}): Cause => {
  return () => ({ line: text, ...rest });
};

/** Voxpria, or what stands at its address, answers so. */
const answered = (answer: Answer, text = 'balance voxpria'): Cause => {
  return async () => {
    const standIn = await startStandIn(answer);
    started.push(standIn);
    return { line: text, env: { VOXPRIA_BASE_URL: standIn.url, SUPERTONE_BASE_URL: standIn.url } };
  };
};

const refused = (code: string) => JSON.stringify({ success: false, error: { code, message: `No: ${KEY}` } });

const NO_KEYS = {
  VOICEPARTNER_API_KEY: '',
  SUPERTONE_API_KEY: '',
  VOXPRIA_API_KEY: '',
  OCEAN_API_TOKEN: '',
};

/** How each failure comes about. A new code does not compile without a line here. */
const CAUSES: Readonly<Record<keyof typeof vendorFailures | keyof typeof planFailures, Cause>> = {
  'vendor-key-missing': line('balance voxpria', { env: NO_KEYS }),
  'vendor-key-invalid': line('balance voxpria', { env: { VOXPRIA_API_KEY: 'two words' } }),
  'vendor-key-refused': answered(reply(401, refused('unauthorized'))),
  'vendor-url-invalid': line('balance voxpria', { env: { VOXPRIA_BASE_URL: 'nonsense' } }),
  'vendor-limited': answered(reply(429, refused('rate_limited'), { 'retry-after': '61' })),
  'vendor-unreachable': line('balance voxpria', { env: { VOXPRIA_BASE_URL: 'http://127.0.0.1:2' } }),
  'vendor-no-answer': answered(hangUp),
  'vendor-fault': answered(reply(500, refused('internal_error'))),
  'vendor-reply-odd': answered(reply(200, '<html>hello</html>')),
  'vendor-redirects': answered(reply(302, '', { location: 'http://192.0.2.1/' })),
  'vendor-not-found': answered(reply(404, refused('not_found'))),
  'vendor-refused': answered(reply(400, refused('invalid_request'))),
  'no-target': line('balance', { env: NO_KEYS }),
  'file-unwritable': answered(
    reply(200, '{"success":true,"data":{"balance":1}}'),
    'balance voxpria --out /nowhere/credits.prom',
  ),
  'usage-not-told': line('usage ocean'),
  'usage-range-invalid': line('usage voxpria --start 2026-02-30'),
  'plan-missing': line('check voxpria'),
  'campaign-invalid': line('check voxpria --campaign -', { input: 'action,quantity\nsms,many\n' }),
  'prices-invalid': () => {
    const path = join(directory, 'prices.json');
    writeFileSync(path, '{"actions":{"sms":{"pool":"credits","amount":"-1"}}}');
    return { line: `check voxpria --for sms=1 --rate-card ${path}` };
  },
  'action-not-sold': line('check voxpria --for speech=1'),
  'pool-not-there': line('check voxpria --need eur=1'),
  'pool-unnamed': line('check ocean --need 1'),
  'amount-too-large': line('check voicepartner --for voice_message=9223372036854'),
  'balance-unknown': answered(reply(200, '{"balance":null}'), 'check supertone --need 1'),
  'does-not-fit': answered(reply(200, '{"balance":0.5}'), 'check supertone --need 1'),
};

const rows = { ...vendorFailures, ...planFailures };

describe('the failure', () => {
  it.concurrent.each(Object.entries(CAUSES))(
    '%s comes about, and is as its row says',
    async (code, cause) => {
      const { line: text, env = {}, input } = await cause();
      const keys = Object.fromEntries(Object.keys(NO_KEYS).map((name) => [name, KEY]));
      const nowhere = 'http://127.0.0.1:2';
      const ran = await runScrip(text.split(' '), {
        env: { ...keys, VOICEPARTNER_BASE_URL: nowhere, OCEAN_BASE_URL: nowhere, ...env },
        ...(input === undefined ? {} : { input }),
      });
      const { says, exit } = rows[code as keyof typeof rows];
      expect(ran.err).toMatch(asPattern(says));
      expect(ran.code, ran.err).toBe(exitCode[exit]);
      expect(ran.err + ran.out).not.toContain('    at ');
      expect(ran.err + ran.out).not.toContain(KEY);
    },
  );
});
