import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startScrip } from './support/scrip-process.ts';

const PROGRAM = join(import.meta.dirname, '../packages/scrip/bin/scrip.js');
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'scrip-start-'));
});

afterEach(() => {
  rmSync(data, { recursive: true, force: true });
});

/** Runs the program until it ends by itself. */
async function run(args: readonly string[], env: Record<string, string> = {}, cwd = process.cwd()) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

describe('a start', () => {
  it('shows the operator key once, and curl lines that work when pasted', async () => {
    const first = await startScrip({ data, flags: ['--demo'], env: { SCRIP_OPERATOR_KEY: '' } });
    expect(first.output()).toMatch(/Operator key \(shown only now.*\n {2}scrip_op_[0-9a-f]{72}\n/);
    const lines = [...first.output().matchAll(/^ {2}curl -s "(\S+)"(?: -H "([^:]+): ([^"]+)")?$/gm)];
    const bodies = await Promise.all(
      lines.map(async ([, url = '', name, value]) => {
        const reply = await fetch(url, { headers: name === undefined ? {} : { [name]: value ?? '' } });
        return reply.json();
      }),
    );
    expect(bodies).toMatchObject([
      { success: true, credit: '19', currency: '€' },
      { balance: 1500 },
      { success: true, data: { balance: 1500, currency: 'credits' } },
      { credits: { oneTime: 1400, recurrent: 100 }, emailCredits: { oneTime: 100, recurrent: 100 } },
    ]);
    expect(await first.stop()).toBe(0);
    const second = await startScrip({ data, flags: ['--demo'], env: { SCRIP_OPERATOR_KEY: '' } });
    expect(second.output()).not.toMatch(/scrip_op_|scrip_ak_/);
    expect(await second.stop()).toBe(0);
  });

  it('prints with --json one line with what a script needs to go on', async () => {
    const child = spawn(
      process.execPath,
      [PROGRAM, 'serve', '--json', '--demo', '--port', '0', '--data', data],
      { env: { ...process.env, SCRIP_OPERATOR_KEY: '', SCRIP_LOG_LEVEL: 'silent' } },
    );
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const { url, operatorKey, demoKey, ...rest } = JSON.parse(line) as Record<string, string>;
    expect(rest).toEqual({ data });
    const read = async (key = '') =>
      (await fetch(`${url}/scrip/v1/accounts/demo`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect([await read(operatorKey), await read(demoKey), await read('no-key-at-all')]).toEqual([
      200, 403, 401,
    ]);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('on a port that is taken ends with 1, says so, and still shows the new key', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stdout, stderr } = await run(['serve', '--port', String(port), '--data', data, '--demo']);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain('the port is in use by another program\nChoose another with --port');
    expect(stdout).toMatch(/scrip_op_[0-9a-f]{72}/);
    const later = await startScrip({ data, flags: ['--demo'] });
    expect(later.output()).toContain('scrip_ak_');
    expect(await later.stop()).toBe(0);
  });

  it('whose ledger has keys makes no new secret for them unasked: none would open anything', async () => {
    const first = await startScrip({ data, env: { SCRIP_OPERATOR_KEY: '' } });
    const [key = ''] = /scrip_op_[0-9a-f]{72}/.exec(first.output()) ?? [];
    expect(await first.stop()).toBe(0);
    const secret = join(data, 'secret');
    renameSync(secret, join(data, 'secret.away'));
    const args = ['serve', '--port', '0', '--data', data];
    const { code, stderr } = await run(args, { SCRIP_OPERATOR_KEY: '' });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`their secret is not there: ${secret} does`)]);
    expect(stderr).toContain('SCRIP_OPERATOR_KEY');
    expect(existsSync(secret)).toBe(false);
    renameSync(join(data, 'secret.away'), secret);
    const again = await startScrip({ data, env: { SCRIP_OPERATOR_KEY: '' } });
    const headers = { authorization: `Bearer ${key}` };
    expect((await fetch(`${again.url}/scrip/v1/accounts`, { headers })).status).toBe(200);
    await again.stop();
  });

  it('without the secret of the keys goes on where the operator brings a key, and says what it does', async () => {
    expect(await (await startScrip({ data, env: { SCRIP_OPERATOR_KEY: '' } })).stop()).toBe(0);
    rmSync(join(data, 'secret'));
    const second = await startScrip({ data });
    expect(second.output()).toContain('no key that was made before opens anything');
    expect((await second.call('GET', '/accounts')).status).toBe(200);
    await second.stop();
    const third = await startScrip({ data });
    expect(third.output()).not.toContain('no key that was made before');
    await third.stop();
  });

  it('on a directory that another process has ends with 1 and says which', async () => {
    const first = await startScrip({ data });
    const { code, stderr } = await run(['serve', '--port', '0', '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toContain(`is in use by another Scrip (process ${first.pid})`);
    await first.stop();
  });

  it('with damaged indexes makes them again, and says so beside what it prints', async () => {
    await (await startScrip({ data })).stop();
    writeFileSync(join(data, 'derived.db'), 'no database');
    const again = await startScrip({ data });
    expect(again.output()).toContain(
      'The indexes cannot be used (derived.db: file is not a database): they are made again from the journal.\n',
    );
    await again.stop();
    const third = await startScrip({ data });
    expect(third.output()).not.toContain('indexes');
    await third.stop();
  });

  it.each([
    [['serve', '--port', 'eighty'], {}, 'the port must be a number from 0 to 65535, not "eighty"'],
    [['serve', '--prot', '1'], {}, "unknown option '--prot'"],
    [['sevre'], {}, "unknown command 'sevre'"],
    [
      ['serve'],
      { SCRIP_CONFIG: '/nowhere/scrip.json' },
      'the configuration file /nowhere/scrip.json cannot be read',
    ],
    [['serve'], { SCRIP_OPERATOR_KEY: 'short' }, 'SCRIP_OPERATOR_KEY must be 8 to 255 printable characters'],
    [['serve'], { SCRIP_DATABASE: 'postgres://localhost/scrip' }, 'SCRIP_DATABASE is set'],
    [['serve'], { SCRIP_LOG_LEVEL: 'loud' }, 'the log level must be one of'],
  ])('%j with %j ends with 2 and says what is wrong', async (args, env, message) => {
    const { code, stdout, stderr } = await run(
      [...args, ...(args[0] === 'serve' ? ['--data', data] : [])],
      env,
    );
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it('names the configuration file that it found and cannot read', async () => {
    writeFileSync(join(data, 'scrip.config.json'), '{bad');
    const { code, stderr } = await run(['serve', '--data', data], {}, data);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^scrip: the configuration file \S+scrip\.config\.json cannot be read: \S/);
  });

  it('says of a key from the environment nothing about the file of another secret', async () => {
    const { stderr } = await run(['serve', '--data', data], { SCRIP_OPERATOR_KEY: 'short' });
    expect(stderr).toContain('Choose another value.');
    expect(stderr).not.toContain('data directory');
  });

  it.each([
    'serve --host',
    'serve --data',
    'verify --data',
    'verify --anchor',
    'export --out',
    'seal --keep-days 400 --to',
    'backup --to',
    'restore',
    'import',
    'debit --file',
    'check --campaign',
    'check --for sms=1 --rate-card',
    'rate-card publish',
  ])('scrip %s "" is refused: it can be a variable of the shell that is not set', async (line) => {
    const { code, stdout, stderr } = await run([...line.split(' '), '']);
    expect(stderr).toMatch(/^error: .*argument .*'' is invalid.* It must not be empty\.$/m);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('names what is no setting', async () => {
    const config = join(data, 'wrong.json');
    writeFileSync(config, '{"prot":1}');
    const { code, stderr } = await run(['serve', '--data', data], { SCRIP_CONFIG: config });
    expect([code, stderr]).toEqual([2, expect.stringContaining('prot must not be there: it is no setting')]);
  });

  it('fits its help on a screen', async () => {
    const { code, stdout } = await run(['serve', '--help']);
    expect(code).toBe(0);
    expect(stdout.split('\n').length).toBeLessThan(25);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
