import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, reply, silence, type StandIn, startStandIn } from './support/stand-in.ts';
import { startVendorSession, type VendorSession } from './support/vendor-session.ts';

// Every test runs the program several times, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const root = join(import.meta.dirname, '..');
const program = join(root, 'packages/scrip/bin/scrip.js');
const hasScript = spawnSync('script', ['--version']).status === 0;

let cli: VendorSession;
const started: StandIn[] = [];
beforeAll(async () => {
  cli = await startVendorSession();
});
afterAll(async () => {
  for (const standIn of started) await standIn.close();
  await cli.end();
});

async function supertone(...answers: readonly Answer[]) {
  const standIn = await startStandIn(...answers);
  started.push(standIn);
  return { SUPERTONE_BASE_URL: standIn.url };
}

/** Starts a watch, sends it a signal once it has printed what is waited for, and gives how it ended. */
async function interrupt(
  command: string,
  args: readonly string[],
  {
    env,
    until,
    stop,
  }: { env: Record<string, string>; until: RegExp; stop: (child: ReturnType<typeof spawn>) => void },
) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...cli.env, TERM: 'xterm', ...env },
  });
  let out = '';
  let err = '';
  let isStopped = false;
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (isStopped || !until.test(out)) return;
    isStopped = true;
    stop(child);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, out, err };
}

describe('watch in a pipe', () => {
  it('prints a line for each reading, and keeps what was read while nothing newer is', async () => {
    const env = await supertone(reply(200, { balance: 7.5 }), reply(401, {}), reply(200, { balance: null }));
    const ran = await cli.run('watch supertone --every 1s --count 3', { env });
    const [first, second = '', third, ...rest] = ran.out.split('\n');
    expect(ran.code).toBe(0);
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+Z supertone credits=7\.5$/);
    expect(second).toMatch(/ supertone not read, last credits=7\.5 at \S+Z: Supertone refused the key/);
    expect(third).toMatch(/ supertone credits=unknown$/);
    expect(rest).toEqual(['']);
  });

  it('prints JSON for each reading of each target, and exits with 4 where the last was refused', async () => {
    const env = await supertone(reply(200, { balance: 1 }), reply(403, {}));
    const ran = await cli.run('watch supertone demo --every 1s --count 2 --json', { env });
    const lines = ran.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const of = (name: string) => lines.filter(({ target }) => target === name);
    expect(of('demo')).toMatchObject([
      { pools: [{ available: '1500' }, {}, {}, {}] },
      { pools: [{}, {}, {}, {}] },
    ]);
    const [first, second] = of('supertone');
    expect(second).toMatchObject({
      asOf: first?.['asOf'],
      pools: [{ available: '1' }],
      error: { code: 'vendor-key-refused' },
    });
    expect(first).not.toHaveProperty('error');
    expect(ran).toMatchObject({
      code: 4,
      err: expect.stringContaining('supertone: Supertone refused the key'),
    });
  });

  it('asks once for each reading, also where it fails', async () => {
    const standIn = await startStandIn(reply(503, {}), reply(200, { balance: 1 }));
    started.push(standIn);
    const ran = await cli.run('watch supertone --every 1s --count 2', {
      env: { SUPERTONE_BASE_URL: standIn.url },
    });
    expect(ran.out).toMatch(/ never read: Supertone has a fault.*\n.* supertone credits=1\n$/);
    expect(standIn.asked).toHaveLength(2);
  });

  it("says where a vendor's own limit is slower", async () => {
    const { err } = await cli.run('watch ocean voicepartner --every 5s --count 1');
    expect(err).toBe('voicepartner is read every 12s: it limits how often a key may ask.\n');
  });

  it.each([
    ['SIGINT', 'while it waits', / supertone credits=1\n/, reply(200, { balance: 1 })],
    ['SIGTERM', 'while a vendor hangs', / demo standard=/, silence],
  ] as const)('ends with 0 on %s %s', async (signal, _what, until, answer) => {
    const env = await supertone(answer);
    const words = [program, 'watch', 'supertone', 'demo', '--every', '1h'];
    const ended = await interrupt(process.execPath, words, {
      env,
      until,
      stop: (child) => child.kill(signal),
    });
    expect(ended).toMatchObject({ code: 0, signal: null, err: '' });
  });

  it('ends with 0 once nobody reads it, and keeps the exit code of what was read before', async () => {
    const pipe = (shell: string) => ({ under: ['bash', '-o', 'pipefail', '-c', shell, 'bash'] });
    const ran = await cli.run('watch demo --every 1s', pipe('"$@" | head -n 1'));
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/ demo standard=.*\n$/), err: '' });
    const env = await supertone(reply(401, {}));
    const unread = await cli.run('watch supertone --count 1', { env, ...pipe('"$@" | true') });
    expect(unread.code).toBe(4);
  });

  it.each(['watch --every 0s', 'watch --every 1d', 'watch --count 0', 'watch ocean --out x'])(
    'exits with 2 for what cannot be: %s',
    async (line) => {
      expect(await cli.run(line)).toMatchObject({ code: 2, out: '' });
    },
  );
});

describe.skipIf(!hasScript)('watch on a terminal', () => {
  it('says what a low window has no room for', async () => {
    const env = await supertone(reply(200, { balance: 3 }));
    const command = `stty cols 100 rows 4; exec "${process.execPath}" "${program}" watch demo supertone --count 1`;
    const { out } = await interrupt('script', ['-qec', command, '/dev/null'], {
      env,
      until: /TARGET/,
      stop: () => {},
    });
    expect(out).toMatch(/… and \d more lines: make the window taller\./);
  });

  it('draws a table over itself until Ctrl+C, and exits with 0', async () => {
    const env = await supertone(reply(200, { balance: 3 }), reply(500, {}));
    const command = `stty cols 100 rows 30; exec "${process.execPath}" "${program}" watch supertone --every 1s`;
    const ended = await interrupt('script', ['-qec', command, '/dev/null'], {
      env,
      until: /Supertone has a fault/,
      stop: (child) => child.stdin?.write('\u{3}'),
    });
    expect(ended.code).toBe(0);
    expect(ended.out).toMatch(/supertone +- +unknown +- +- +reading/);
    expect(ended.out).toMatch(/supertone +credits +3 +credits +\d+s +read/);
    expect(ended.out).toMatch(/supertone +credits +3 +credits +\d+s +Supertone has a fault/);
    // Up by the header and one line, then all below is cleared.
    expect(ended.out).toContain('\u{1b}[2A\u{1b}[1G\u{1b}[0J');
  });
});
