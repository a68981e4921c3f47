import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliSession } from './support/cli-session.ts';
import { startCliSession } from './support/cli-session.ts';
import { runScrip } from './support/run-scrip.ts';
import { OPERATOR_KEY } from './support/scrip-process.ts';

const ESCAPE = '\u{1b}';
let cli: CliSession;
beforeAll(async () => {
  cli = await startCliSession();
  await cli.ok('account open acme');
  await cli.ok('grant give acme --pool standard --amount 10');
});
afterAll(async () => cli.end());

const COMMANDS = [
  ...['open', 'list', 'show', 'change', 'close', 'erase'].map((name) => `account ${name}`),
  ...['add', 'import', 'list', 'revoke'].map((name) => `key ${name}`),
  ...['add', 'import', 'list', 'revoke'].map((name) => `operator-key ${name}`),
  ...['give', 'list', 'void'].map((name) => `grant ${name}`),
  ...['place', 'capture', 'release', 'list'].map((name) => `hold ${name}`),
  'debit',
  'refund',
  'balance',
  'check',
  'watch',
  'usage',
  'quote',
  'explain',
  'seal',
  'completion',
  'export',
  'import',
  'backup',
  'restore',
  'serve',
  'verify',
  ...['show', 'publish'].map((name) => `rate-card ${name}`),
];

describe('help', () => {
  it.each(COMMANDS)('of %s has examples, and fits into 80 columns but for them', async (command) => {
    const { code, out, err } = await runScrip([...command.split(' '), '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: scrip ${command}`);
    expect(out).toMatch(new RegExp(`Examples:\\n(?:.*\\n)*.*scrip ${command}`));
    const [before = '', examples = ''] = out.split('Examples:\n');
    for (const line of before.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    // A remark stands apart, and a shell that is given the whole line must not take it for words.
    for (const line of examples.split('\n')) expect(line.replace(/ # .*/, '').trim()).not.toContain('  ');
  });

  it.each([
    [['help'], ['--help']],
    [
      ['help', 'account'],
      ['account', '--help'],
    ],
    [
      ['help', 'debit'],
      ['debit', '--help'],
    ],
    [
      ['help', 'account', 'open'],
      ['account', 'open', '--help'],
    ],
  ])('is printed by %j as by %j', async (words, same) => {
    const ran = await runScrip(words);
    expect(ran).toEqual(await runScrip(same));
    expect(ran.code).toBe(0);
  });

  it.each([
    ['help frob', "error: unknown command 'frob'"],
    ['help account frob', "error: unknown command 'frob'"],
  ])('of what is no command says so: %s', async (line, says) => {
    const { code, out, err } = await runScrip(line.split(' '));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
  });

  it('says of itself the same everywhere', async () => {
    for (const words of [['--help'], ['serve', '--help'], ['debit', '--help']])
      expect((await runScrip(words)).out).toMatch(/^ {2}-h, --help +print this help$/m);
  });

  it('of the program and of a group lists every command', async () => {
    const { out } = await runScrip(['--help']);
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command.split(' ')[0]} `, 'm'));
    expect((await runScrip(['grant', '--help'])).out).toMatch(/^ {2}give /m);
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [['balance']],
    [['nothing']],
    [['help', 'nothing']],
    [['help', '--bogus']],
    [['account']],
    [['account', 'nothing']],
    [['debit']],
    [['debit', 'acme', '--actoin', 'sms']],
    [['account', 'show']],
    [['account', 'show', 'a', 'b']],
    [['account', 'list', '--limit', 'many']],
    [['account', 'open', 'a', '--metadata', '[]']],
    [['grant', 'give', 'acme', '--pool', 'standard']],
    [['grant', 'give', 'acme', '--pool', 'standard', '--amount', '1', '--every', 'century']],
    [['grant', 'give', 'acme', '--pool', 'standard', '--amount', '1', '--price', '5']],
    [['quote', 'acme']],
    [['quote', 'acme', '--for', 'sms']],
    [['usage', 'acme', '--by', 'hour']],
    [['completion', 'tcsh']],
    [['operator-key', 'add']],
    [['operator-key', 'add', '--role', 'root']],
    [['serve', '--bogus']],
    [['serve', '--port', 'x']],
  ])('exits with 2, prints no data and says what is wrong: %j', async (words) => {
    const ran = await cli.run(words);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).not.toBe('');
    expect(ran.err).not.toContain('    at ');
  });

  it('exits with 2 for a value that the server cannot read, named by its flag', async () => {
    const ran = await cli.run('debit acme --action sms --quantity many');
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('--quantity ') });
    expect((await cli.run('usage acme --start 2026-02-30')).err).toContain('--start ');
  });

  it.each([
    ['SCRIP_URL', 'nonsense'],
    ['SCRIP_KEY', 'two words'],
  ])('exits with 2 for a %s that cannot be one', async (name, value) => {
    const ran = await cli.run('account list', { env: { [name]: value } });
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining(name) });
    expect(ran.err).not.toContain(value);
    const inJson = await cli.run('account list --json', { env: { [name]: value } });
    expect(JSON.parse(inJson.out)).toMatchObject({ code: `${name.slice(6).toLowerCase()}-invalid` });
  });

  it.each([
    ['sevre --json', 'unknown-command', "unknown command 'sevre'"],
    ['account show --json', 'missing-argument', "missing required argument 'account'"],
    ['debit --json', 'missing-argument', "missing required argument 'account'"],
    ['debit --format csv --json', 'missing-argument', "missing required argument 'account'"],
    ['check voxpria --for sms=abc --json', 'invalid-argument', 'is invalid'],
    ['balance acme --at 2026-11-01T00:00:00Z voxpria --json', 'error', '--at is for accounts'],
    ['account --json', 'unknown-option', '--json'],
  ])('tells %s by its code too', async (words, code, detail) => {
    const ran = await cli.run(words);
    expect([ran.code, JSON.parse(ran.out)]).toEqual([2, { code, detail: expect.stringContaining(detail) }]);
    expect(ran.err).toContain(detail);
  });

  it('says what to do about a setting that is wrong', async () => {
    const ran = await cli.run('account list', { env: { SCRIP_URL: 'nonsense' } });
    expect(ran.err.trimEnd().split('\n')).toHaveLength(2);
  });
});

describe('a server that cannot be asked', () => {
  it('is not there: it says how to start one', async () => {
    const ran = await cli.run('account list', { env: { SCRIP_URL: 'http://127.0.0.1:2' } });
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain('No server answers at http://127.0.0.1:2');
    expect(ran.err).toContain('scrip serve');
    const inJson = await cli.run('account list --json', { env: { SCRIP_URL: 'http://127.0.0.1:2' } });
    expect(JSON.parse(inJson.out)).toEqual({
      code: 'unreachable',
      detail: expect.stringContaining('No server answers at http://127.0.0.1:2'),
    });
  });

  it.each([
    ['no key', undefined, 'SCRIP_KEY is not set'],
    ['an unknown key', 'some-other-key', 'The key is not known'],
  ])('with %s exits with 4, and shows no key', async (_what, key, why) => {
    const ran = await cli.run('account list', { env: { SCRIP_KEY: key } });
    expect(ran).toMatchObject({ code: 4, out: '', err: expect.stringContaining(why) });
    expect(ran.err).toContain('Set ');
    if (key !== undefined) expect(ran.err).not.toContain(key);
  });

  it('does not know the account: exits with 1 and says where to look', async () => {
    const ran = await cli.run('account show nobody');
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('scrip account list') });
  });

  it('refuses: --json prints its problem as it is', async () => {
    const ran = await cli.run('debit acme --action sms --quantity 11 --json');
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject({
      code: 'insufficient-credits',
      available: '10',
      required: '11',
    });
    expect(ran.err).toContain('Not enough credits');
  });

  it(
    'breaks off: it prints the made-up id with which the command finds out',
    { timeout: 60_000 },
    async () => {
      const ids: (string | undefined)[] = [];
      const broken = createServer((request) => {
        ids.push(String(request.headers['idempotency-key']));
        request.socket.destroy();
      });
      await new Promise<void>((resolve) => {
        broken.listen(0, '127.0.0.1', resolve);
      });
      const url = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
      const line = 'debit acme --action sms --quantity 1';
      const ran = await cli.run(line, { env: { SCRIP_URL: url } });
      broken.close();
      const [, id = ''] = /Run the same command again with --id (\S+)/.exec(ran.err) ?? [];
      expect(ran).toMatchObject({ code: 1, out: '' });
      expect(ids).toEqual([`"${id}"`, `"${id}"`, `"${id}"`]);
      const again = await cli.ok(`${line} --id ${id}`);
      expect(again.out).toContain(id);
    },
  );
});

const hasScript = spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasScript)('a key that is typed at a terminal', () => {
  const type = async (answer: string) => {
    const command = `"${process.execPath}" packages/scrip/bin/scrip.js key import acme --json`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: join(import.meta.dirname, '..'),
      env: { ...process.env, TERM: 'xterm', SCRIP_URL: cli.url, SCRIP_KEY: OPERATOR_KEY },
    });
    let shown = '';
    let isAnswered = false;
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      if (isAnswered || !shown.includes('Key of acme: ')) return;
      isAnswered = true;
      child.stdin.write(answer);
    });
    const [code] = (await once(child, 'close')) as [number | null];
    const [prompt = '', ...rest] = shown.split('\n');
    return { code, prompt, rest: rest.join('\n') };
  };

  it('is not shown while it is typed', async () => {
    const { code, prompt, rest } = await type('a-key-typed-by-hand\r');
    expect({ code, prompt: prompt.trim() }).toEqual({ code: 0, prompt: 'Key of acme:' });
    expect(rest).toContain('"secret":null');
    expect(rest).not.toContain('a-key-typed-by-hand');
    const env = { SCRIP_KEY: 'a-key-typed-by-hand' };
    expect((await cli.run('balance acme', { env })).code).toBe(0);
  });

  it('may be given up with Ctrl+C', async () => {
    const { code, rest } = await type('half-a-key\u{3}');
    expect(code).toBe(2);
    expect(rest).toContain('No key was given');
    expect(rest).not.toContain('half-a-key');
  });
});

describe('colour', () => {
  it('is not in a pipe', async () => {
    const { out, err } = await cli.run('balance acme nobody');
    expect(out + err).not.toContain(ESCAPE);
  });

  it('is not in a pipe, whatever FORCE_COLOR says', async () => {
    const env = { FORCE_COLOR: '1', NO_COLOR: '1' };
    const { out, err } = await cli.run('balance acme nobody', { env });
    expect(out + err).not.toContain(ESCAPE);
    expect(err).toMatch(/^scrip: nobody: /);
  });

  describe.skipIf(!hasScript)('on a terminal', () => {
    const onTerminal = (line: string, env: Record<string, string> = {}) =>
      spawnSync(
        'script',
        ['-qec', `"${process.execPath}" packages/scrip/bin/scrip.js ${line}`, '/dev/null'],
        {
          cwd: join(import.meta.dirname, '..'),
          encoding: 'utf8',
          env: { ...process.env, TERM: 'xterm', SCRIP_URL: cli.url, SCRIP_KEY: OPERATOR_KEY, ...env },
        },
      ).stdout;

    it('is in headers and failures, unless NO_COLOR is set', () => {
      // What a person's terminal says, whatever the machine says that runs this test.
      const environment = {
        FORCE_COLOR: undefined,
        NO_COLOR: undefined,
        CI: undefined,
        TERM: 'xterm-256color',
      } as unknown as Record<string, string>;
      expect(onTerminal('balance acme', environment)).toContain(`${ESCAPE}[1mACCOUNT`);
      expect(onTerminal('balance nobody', environment)).toContain(`${ESCAPE}[31mscrip:`);
      const plain = onTerminal('balance acme nobody', { ...environment, NO_COLOR: '1' });
      expect(plain).toContain('ACCOUNT');
      expect(plain).not.toContain(ESCAPE);
      const both = onTerminal('balance acme', { ...environment, NO_COLOR: '1', FORCE_COLOR: '1' });
      expect(both).not.toContain(ESCAPE);
      expect(both).not.toContain('Warning');
      expect(onTerminal('balance acme', { ...environment, NO_COLOR: '' })).toContain(`${ESCAPE}[1m`);
    });

    it('goes with a bar for a file of debits', () => {
      const path = join(cli.directory, 'bar.ndjson');
      writeFileSync(path, '{"id":"bar","accountId":"acme","action":"ai_processing","quantity":1}\n');
      const shown = onTerminal(`debit --file ${path}`);
      expect(shown).toContain('100% | 1 lines');
      // Whatever ends the program, the terminal wraps its lines as it did.
      expect(shown).not.toContain(`${ESCAPE}[?7l`);
    });
  });
});

describe('a reader that has seen enough', () => {
  it('is left alone without a word, and what was begun is done to its end', async () => {
    const bulk = join(cli.directory, 'pipe.ndjson');
    const line = (index: number) =>
      JSON.stringify({ id: `pipe-${index}`, accountId: 'acme', action: 'ai_processing', quantity: 1 });
    writeFileSync(bulk, Array.from({ length: 3000 }, (_, index) => line(index)).join('\n'));
    const program = join(import.meta.dirname, '../packages/scrip/bin/scrip.js');
    const shell = `set -o pipefail; "${process.execPath}" "${program}" debit --json --file "${bulk}" | head -c 10`;
    const { stdout, stderr, status } = spawnSync('bash', ['-c', shell], {
      encoding: 'utf8',
      env: { ...process.env, SCRIP_URL: cli.url, SCRIP_KEY: OPERATOR_KEY },
    });
    expect({ stdout, stderr, status }).toEqual({ stdout: '{"results"', stderr: '', status: 0 });
    const { code, out } = await cli.run('explain acme pipe-2999');
    expect([code, out]).toEqual([0, expect.stringContaining('ai_processing')]);
  });
});

describe('a full disk', () => {
  it('is told of where what a command has to tell goes there', async () => {
    const full = ['sh', '-c', 'exec "$@" > /dev/full', 'sh'];
    const { code, err } = await runScrip(['--help'], { under: full });
    expect([code, err]).toEqual([1, expect.stringMatching(/^scrip: what it has to tell .*ENOSPC.*\n$/)]);
  });

  it('is told of where the rest of a file is short, and leaves no part of a line there', async () => {
    const path = join(cli.directory, 'balances.ndjson');
    const before = `${'x'.repeat(1000)}\n`;
    writeFileSync(path, before);
    const short = ['bash', '-c', `ulimit -f 1; exec "$@" >> ${path}`, 'bash'];
    const { code, err } = await cli.run('balance acme --json', { under: short });
    expect([code, err]).toEqual([1, expect.stringMatching(/^scrip: what it has to tell .*EFBIG.*\n$/)]);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('leaves no hole in a file that several commands write', async () => {
    const path = join(cli.directory, 'shared.ndjson');
    const shared = ['bash', '-c', `{ printf %1001s; (ulimit -f 1; "$@"); echo after; } > ${path}`, 'bash'];
    await cli.run('balance acme --json', { under: shared });
    expect(readFileSync(path, 'utf8')).toMatch(/^ {1001}[ -~]+after\n$/);
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', async (shell) => {
    const { out } = await runScrip(['completion', shell]);
    expect(out).toContain('scrip complete -- ');
    expect(JSON.parse((await runScrip(['completion', shell, '--json'])).out)).toEqual({
      shell,
      script: out.slice(0, -1),
    });
  });

  const inShell = (shell: string, words: readonly string[]) =>
    spawnSync(shell, words, {
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${join(import.meta.dirname, '../node_modules/.bin')}:${process.env['PATH']}`,
        HOME: cli.directory,
      },
    });
  const hasShell = (shell: string) => spawnSync(shell, ['--version']).status === 0;

  it.skipIf(!hasShell('fish'))('works in fish, file names included, and runs nothing that is typed', () => {
    const planted = join(cli.directory, 'planted-by-fish');
    writeFileSync(join(cli.directory, 'a-card.json'), '{}');
    const script = `
      scrip completion fish | source
      cd ${cli.directory}
      for line in 'scrip grant ' 'scrip usage acme --by ' 'scrip debit acme --occ' 'scrip rate-card publish a-c' 'scrip grant give acme --every=mo' 'scrip usage ' 'scrip grant (touch ${planted})g'
        complete -C $line | cut -f1 | sort | string join ' '
      end
      test -e ${planted}; and echo planted`;
    const { stdout, stderr } = inShell('fish', ['--no-config', '-c', script]);
    expect({ stdout: stdout.split('\n'), stderr }).toEqual({
      stdout: [
        'give list void',
        'action day key',
        '--occurred-at',
        'a-card.json',
        '--every=month',
        'supertone voxpria',
        '',
      ],
      stderr: '',
    });
  });

  it.skipIf(!hasShell('zsh'))('works in zsh, and runs nothing that is typed', () => {
    const planted = join(cli.directory, 'planted-by-zsh');
    // Zsh completes only at a terminal: what its own completion functions are handed is what is looked at.
    const script = `
      compdef() { print -r -- "compdef $*" }
      _describe() { print -r -- "$1: \${(P)2}" }
      _files() { print -r -- files }
      source <(scrip completion zsh)
      ask() { words=("$@"); CURRENT=$#; _scrip }
      ask scrip grant ''
      ask scrip usage acme --by d
      ask scrip debit acme --occ
      ask scrip rate-card publish ''
      ask scrip grant give acme --every=mo
      ask scrip grant '$(touch ${planted})g'
      [[ -e ${planted} ]] && print planted
      true`;
    const { stdout, stderr } = inShell('zsh', ['--no-rcs', '-c', script]);
    expect({ stdout: stdout.split('\n'), stderr }).toEqual({
      stdout: [
        'compdef _scrip scrip',
        expect.stringMatching(/^scrip: give:give credits.* list:.* void:/),
        'scrip: day',
        expect.stringMatching(/^scrip: --occurred-at:/),
        'files',
        'scrip: --every=month',
        'files',
        '',
      ],
      stderr: '',
    });
  });

  it('works in bash, twice sourced, and runs nothing that is typed', () => {
    const planted = join(cli.directory, 'planted');
    const script = `
      source <(scrip completion bash); source <(scrip completion bash)
      complete -p scrip
      ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _scrip; echo "\${COMPREPLY[@]}"; }
      ask scrip grant ''
      ask scrip usage acme --by ''
      ask scrip debit acme --occ
      ask scrip rate-card publish ''
      ask scrip grant give acme --every =
      ask scrip grant give acme --every = mo
      ask scrip grant give --every = month --sou
      ask scrip grant '$(touch ${planted})g'
      ls ${planted}`;
    const path = `${join(import.meta.dirname, '../node_modules/.bin')}:${process.env['PATH']}`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      env: { ...process.env, PATH: path },
    });
    expect(stdout.split('\n')).toEqual([
      'complete -o default -F _scrip scrip',
      'give list void',
      'day action key',
      '--occurred-at',
      '',
      'day week month year',
      'month',
      '--source',
      '',
      '',
    ]);
    expect(stderr).toMatch(/^ls: [^\n]*planted[^\n]*\n$/);
  });
});
