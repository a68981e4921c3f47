import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliSession } from './support/cli-session.ts';
import { startCliSession } from './support/cli-session.ts';
import { runScrip, spawnScrip } from './support/run-scrip.ts';

/** A change that happened, or may have, and whose reply nobody has seen. */

let cli: CliSession;
beforeAll(async () => {
  cli = await startCliSession();
  await cli.ok('account open acme');
  await cli.ok('grant give acme --pool standard --amount 1000');
});
afterAll(async () => cli.end());

const settled = async () => {
  const { pools } = JSON.parse(await cli.api('/accounts/acme/balance')) as {
    pools: { pool: string; settled: string }[];
  };
  return Number(pools.find(({ pool }) => pool === 'standard')?.settled);
};

describe('a change whose reply cannot be written', () => {
  const full = { under: ['sh', '-c', 'exec "$@" > /dev/full', 'sh'] };

  it.each(['debit acme --action sms --quantity 3', 'debit acme --action sms --quantity 3 --json'])(
    'is said to be made, with the id under which %s shows it and takes nothing more',
    async (line) => {
      const before = await settled();
      const { code, err } = await cli.run(line, full);
      expect(code).toBe(1);
      expect(err).toMatch(/^scrip: The change was made, but .*ENOSPC/);
      expect(err).not.toContain('run it again');
      const [, id = ''] = /with --id (\S+) shows/.exec(err) ?? [];
      const again = await cli.ok(`${line} --id ${id}`);
      expect(again.out).toContain(id);
      expect(again.err).toContain('nothing was changed');
      expect(await settled()).toBe(before - 3);
    },
  );

  it('of an account whose id is made up is the same account under the same id', async () => {
    const { err } = await cli.run('account open --name Twice', full);
    const [, id = ''] = /with --id (\S+) shows/.exec(err) ?? [];
    expect((await cli.ok(`account open --name Twice --id ${id}`)).err).toContain('nothing was changed');
    const { data } = await cli.json('account list');
    expect((data as { name: string }[]).filter(({ name }) => name === 'Twice')).toHaveLength(1);
  });

  it.each([
    ['operator-key add --role admin', 'operator-key list', 'scrip operator-key revoke'],
    ['key add acme', 'key list acme', 'scrip key revoke acme'],
  ])('of %s names the key that is to be revoked', async (line, list, revoke) => {
    const { code, err } = await cli.run(line, full);
    const { data } = (await cli.json(list)) as { data: { id: string }[] };
    expect(code).toBe(1);
    expect(err).toMatch(/The key was made, but .*ENOSPC/);
    expect(err).not.toContain('shown only now');
    expect(data.filter(({ id }) => err.includes(`${revoke} ${id}\n`))).toHaveLength(1);
    expect(err).not.toContain('again');
  });

  it.each(['debit --file -', 'debit --file - --json'])('of %s may be sent again', async (line) => {
    const input = '{"id":"sent-1","accountId":"acme","action":"sms","quantity":1}';
    const path = join(cli.directory, 'results');
    for (const sink of ['/dev/full', path]) {
      writeFileSync(path, `${'x'.repeat(1020)}\n`);
      const under = ['bash', '-c', `ulimit -f 1; exec "$@" >> ${sink}`, 'bash'];
      const { code, err } = await cli.run(line, { under, input });
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(/(?=.*(?:ENOSPC|EFBIG)).* answered(?: before|, but )/),
      ]);
      expect(err).toMatch(/ twice\.\n$/);
    }
  });

  it('of the first start of a server names the key that nobody has seen', async () => {
    const data = join(cli.directory, 'unseen');
    const env = { SCRIP_OPERATOR_KEY: undefined };
    const { code, err } = await runScrip(['serve', '--port', '0', '--data', data], { ...full, env });
    expect(code).toBe(1);
    expect(err).toMatch(/The first operator key was made, but .*ENOSPC.*\n.*SCRIP_OPERATOR_KEY.*"first key"/);
  });

  it('of a data directory is said to be made, and is not asked for again', async () => {
    const [data, copy, made, restored] = ['data', 'copy', 'made', 'restored'].map((name) =>
      join(cli.directory, name),
    ) as [string, string, string, string];
    const rows = join(cli.directory, 'rows.csv');
    const journal = join(cli.directory, 'journal.ndjson');
    writeFileSync(rows, 'id,balance\nimported,10\n');
    await runScrip(['export', '--data', data, '--out', journal]);
    for (const [words, what] of [
      [['backup', '--data', data, '--to', copy], 'The backup was made'],
      [['restore', copy, '--data', restored], 'The ledger was made'],
      [['import', journal, '--data', made], 'The ledger was made'],
      [['import', '--csv', rows, '--data', made], 'The balances were imported'],
      [['import', '--csv', rows, '--server'], 'The balances were imported'],
    ] as const) {
      const { code, err } = await cli.run(words, full);
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(new RegExp(`^scrip: ${what}, but .*ENOSPC`, 'm')),
      ]);
      expect(err).not.toContain('again');
    }
  });

  it('is nothing that was changed where it was refused, or only read', async () => {
    for (const line of ['debit acme --action sms --quantity 9999 --json', 'balance acme'])
      expect((await cli.run(line, full)).err).toContain('run it again');
  });
});

describe('a change that is given up while the server is silent', () => {
  const asked: string[] = [];
  let onRequest: () => void = () => {};
  const silent = createServer((request) => {
    request.resume();
    request.on('end', () => {
      asked.push(String(request.headers['idempotency-key']));
      onRequest();
    });
  });
  let url: string;
  beforeAll(async () => {
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  const giveUp = async (words: string, by: NodeJS.Signals, input = '') => {
    const child = spawnScrip(words.split(' '), { env: { SCRIP_URL: url, SCRIP_KEY: cli.key } });
    onRequest = () => child.kill(by);
    child.stdin.end(input);
    const [out, err, [, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    return { out, err, signal };
  };

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s says under which id it may have happened, and ends by that signal',
    async (by) => {
      const { out, err, signal } = await giveUp('debit acme --action sms --quantity 1', by);
      expect([out, signal]).toEqual(['', by]);
      expect(err.split('\n')).toEqual([
        `scrip: ${url} did not tell (${by}): the change may have happened, or not.`,
        expect.stringMatching(/^Run the same command again with --id \S+ to find out/),
        '',
      ]);
      expect(asked.at(-1)).toBe(`"${/--id (\S+)/.exec(err)?.[1]}"`);
    },
  );

  it('names no id where the lines of a file have their own', async () => {
    const line = '{"id":"cut-1","accountId":"acme","action":"sms","quantity":1}';
    const { err, signal } = await giveUp('debit --file -', 'SIGINT', line);
    expect(signal).toBe('SIGINT');
    expect(err).toContain('what has happened does not happen twice');
  });

  it('is nothing to speak of where it only reads', async () => {
    for (const line of ['account show acme', 'quote acme --for sms=1'])
      expect(await giveUp(line, 'SIGINT')).toEqual({ out: '', err: '', signal: 'SIGINT' });
  });
});
