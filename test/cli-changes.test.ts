import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliSession } from './support/cli-session.ts';
import { startCliSession } from './support/cli-session.ts';

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

  it('is nothing that was changed where it was refused, or only read', async () => {
    for (const line of ['debit acme --action sms --quantity 9999 --json', 'balance acme'])
      expect((await cli.run(line, full)).err).toContain('run it again');
  });
});
