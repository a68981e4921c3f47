import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startVendorSession, type VendorSession } from './support/vendor-session.ts';

// Every test runs the program several times, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const root = join(import.meta.dirname, '..');
const example = (path: string) => readFileSync(join(root, 'examples', path), 'utf8');

let cli: VendorSession;
beforeAll(async () => {
  cli = await startVendorSession();
});
afterAll(async () => cli.end());

/** Runs a line as cron or a runner would, in the repository, where `npx scrip` is the program. */
async function shell(command: readonly string[], env: Record<string, string>) {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd: root,
    env: {
      ...process.env,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      npm_config_loglevel: 'error',
      npm_config_update_notifier: 'false',
      ...env,
    },
  });
  child.stdin.end();
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, out, err };
}

function campaign(name: string, lines: string): string {
  const path = join(cli.directory, name);
  writeFileSync(path, `action,quantity\n${lines}\n`);
  return path;
}

describe('examples/cron', () => {
  const lines = example('cron/crontab')
    .split('\n')
    .filter((line) => /^[\d*]/.test(line))
    .map((line) => line.split(' ').slice(5).join(' '));

  /** What cron hands to `sh`: the settings of the file, with what is this machine's instead. */
  const cron = async (command: string | undefined, own: Record<string, string> = {}) => {
    const keys = join(cli.directory, 'keys.sh');
    const exported = Object.entries(cli.env).map(([name, value]) => `export ${name}='${value}'`);
    writeFileSync(keys, exported.join('\n'));
    const settings = { SCRIP_HOME: root, KEYS: keys, TEXTFILES: cli.directory, CAMPAIGN: '', ...own };
    for (const name of Object.keys(settings))
      expect(example('cron/crontab')).toMatch(new RegExp(`^${name}=`, 'm'));
    return shell(['sh', '-c', command ?? 'false'], settings);
  };

  it('writes the metrics of all vendors, and mails nothing', async () => {
    expect(lines).toHaveLength(2);
    expect(await cron(lines[0])).toEqual({ code: 0, out: '', err: '' });
    const metrics = readFileSync(join(cli.directory, 'credits.prom'), 'utf8');
    expect(metrics.match(/^scrip_balance_read_success\{.*\} 1$/gm)).toHaveLength(4);
    expect(metrics).toContain(
      'scrip_balance_available{target="voxpria",pool="credits",unit="credits"} 1500\n',
    );
  });

  it('mails where the plan does not fit, and nothing where it does', async () => {
    const fits = await cron(lines[1], { CAMPAIGN: campaign('small.csv', 'sms,1500') });
    expect(fits).toEqual({ code: 0, out: '', err: '' });
    const short = await cron(lines[1], { CAMPAIGN: campaign('large.csv', 'sms,1501') });
    expect(short).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining('1 credits at voxpria missing'),
    });
  });
});

interface Workflow {
  readonly defaults: { readonly run: { readonly shell: string } };
  readonly jobs: {
    readonly check: {
      readonly env: Readonly<Record<string, string>>;
      readonly steps: readonly { readonly name?: string; readonly run?: string }[];
    };
  };
}

describe('examples/github-action', () => {
  // The program's own dependency reads YAML.
  const { load } = createRequire(join(root, 'packages/scrip/package.json'))('js-yaml') as {
    load: (content: string) => unknown;
  };
  const { defaults, jobs } = load(example('github-action/credits.yml')) as Workflow;
  const step = (wanted: string) => jobs.check.steps.find(({ name }) => name === wanted)?.run ?? 'false';

  /** A step as the runner starts it: this is what it does for a shell that is named bash. */
  const run = async (name: string, env: Record<string, string> = {}) => {
    expect(defaults.run.shell).toBe('bash');
    const script = join(cli.directory, `${name}.sh`);
    writeFileSync(script, step(name));
    return shell(['bash', '--noprofile', '--norc', '-eo', 'pipefail', script], { ...cli.env, ...env });
  };

  it('says what is left in the summary, and fails where a vendor cannot be read', async () => {
    const summary = join(cli.directory, 'summary.md');
    const good = await run('Balances', { GITHUB_STEP_SUMMARY: summary });
    expect(good).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(summary, 'utf8')).toMatch(
      /^```\nTARGET .*\n(.*\n)*voxpria +credits +1500 (.*\n)*```\n$/,
    );
    const bad = await run('Balances', { GITHUB_STEP_SUMMARY: summary, OCEAN_BASE_URL: 'http://127.0.0.1:2' });
    expect(bad.code).toBe(1);
  });

  it('passes a campaign that fits, and no other', async () => {
    expect(Object.keys(jobs.check.env)).toEqual(['CAMPAIGN', 'VOXPRIA_API_KEY', 'OCEAN_API_TOKEN']);
    const small = campaign('both.csv', 'sms,100\nemail_verification,200');
    expect(await run('Campaign', { CAMPAIGN: small })).toMatchObject({ code: 0, err: '' });
    const large = campaign('more.csv', 'sms,100\nemail_verification,201');
    expect(await run('Campaign', { CAMPAIGN: large })).toMatchObject({
      code: 3,
      err: expect.stringContaining('1 email at ocean missing'),
    });
    expect((await run('Campaign', { CAMPAIGN: small, VOXPRIA_API_KEY: 'wrong' })).code).toBe(4);
  });
});
