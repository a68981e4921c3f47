import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliSession } from './support/cli-session.ts';
import { member, startCliSession } from './support/cli-session.ts';
import type { Answer } from './support/stand-in.ts';
import { hangUp, reply, startStandIn } from './support/stand-in.ts';

let cli: CliSession;
beforeAll(async () => {
  cli = await startCliSession();
});
afterAll(async () => cli.end());

describe('debit --file', () => {
  const file = (name: string, text: string) => {
    const path = join(cli.directory, name);
    writeFileSync(path, text);
    return path;
  };
  const bulk = (id: string, quantity: number, accountId = 'bulk') =>
    JSON.stringify({ id, accountId, action: 'sms', quantity });

  beforeAll(async () => {
    await cli.ok('account open bulk');
    await cli.ok('grant give bulk --pool standard --amount 100000');
  });

  it('debits every line of NDJSON or CSV, from a file or a pipe', async () => {
    const ndjson = file('a.ndjson', `${bulk('n-1', 1)}\n${bulk('n-2', 2)}\n`);
    const csv = 'id,accountId,action,quantity\nc-1,bulk,sms,4\nc-2,bulk,sms,8\n';
    expect(member(await cli.ok(['debit', '--file', ndjson]), 'debited')).toBe('2');
    await cli.ok(['debit', '--file', file('a.csv', csv)]);
    await cli.ok('debit --file - --format csv', { input: csv.replaceAll('c-', 'd-') });
    await cli.ok('debit --file -', { input: bulk('n-3', 16) });
    expect(await cli.json('usage bulk')).toMatchObject({ total: [{ amount: '43', calls: 7 }] });
  });

  it('may be run again, and debits nothing twice', async () => {
    const lines = file('again.ndjson', `${bulk('again-1', 1)}\n${bulk('again-2', 2)}\n`);
    await cli.ok(['debit', '--file', lines]);
    const before = (await cli.ok('balance bulk')).out;
    expect(member(await cli.ok(['debit', '--file', lines]), 'refused')).toBe('0');
    expect((await cli.ok('balance bulk')).out).toBe(before);
  });

  it('debits the good lines and names the others by their place', async () => {
    const lines = [bulk('m-1', 1), '', bulk('m-2', 1, 'nobody'), '{', bulk('m-4', 1)].join('\n');
    const ran = await cli.run(['debit', '--file', file('mixed.ndjson', lines)]);
    expect(ran.code).toBe(1);
    expect(member(ran, 'debited')).toBe('2');
    expect(ran.out).toMatch(/^ +3 {2}m-2 +account-not-found/m);
    expect(ran.out).toMatch(/^ +4 {2}- +malformed-json/m);
    expect(ran.err).toContain('2 of 4 lines were refused');
  });

  it(
    'prints one document with --json, of more lines than one request may have',
    { timeout: 60_000 },
    async () => {
      const lines = Array.from({ length: 10_500 }, (_, index) => bulk(`many-${index}`, 1)).join('\n');
      const { results } = (await cli.json(['debit', '--file', file('many.ndjson', lines)])) as {
        results: object[];
      };
      expect(results).toHaveLength(10_500);
      expect(results[10_499]).toMatchObject({ id: 'many-10499', status: 201, amount: '1' });
      expect(await cli.json(['debit', '--file', file('none.ndjson', '')])).toEqual({ results: [] });
    },
  );

  it('says of an id what it must be', async () => {
    const ran = await cli.run('debit --file -', {
      input: '{"id":"é","accountId":"acme","action":"sms","quantity":1}',
    });
    expect(ran.out).toContain('must be 1 to 255 printable ASCII characters.');
  });

  it('shows no bar where nobody looks at a terminal', async () => {
    const ran = await cli.ok(['debit', '--file', file('bar.ndjson', bulk('bar-1', 1))]);
    expect(ran.err).toBe('');
  });

  it.each([
    ['a file that is not there', ['--file', '/nowhere/a.ndjson'], 1, 'there is no such file'],
    ['an account beside it', ['acme', '--file', 'a'], 2, 'each line names its own account'],
    ['an id beside it', ['--file', 'a', '--id', 'x'], 2, 'each line names its own account'],
  ])('refuses %s', async (_what, words, code, why) => {
    const ran = await cli.run(['debit', ...words]);
    expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(why) });
  });
});

describe('debit --file that cannot go on', () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, at) => `{"id":"x-${at}","accountId":"a","action":"sms","quantity":1}`);
  const results = (count: number, result: object) =>
    reply(200, { results: Array.from({ length: count }, (_, at) => ({ id: `x-${at}`, ...result })) });

  /** Debits 2,500 lines at a server that answers so; what was printed, as JSON or as text. */
  async function debit(words: string, ...answers: Answer[]) {
    const server = await startStandIn(...answers);
    const ran = await cli.run(`debit --file -${words}`, {
      env: { SCRIP_URL: server.url },
      input: lines(2500).join('\n'),
    });
    await server.close();
    return { ...ran, asked: server.asked.length };
  }

  it('says so behind the results that it has', { timeout: 30_000 }, async () => {
    const { code, out, err } = await debit(' --json', results(1000, { status: 201 }), hangUp);
    const { results: kept, error } = JSON.parse(out) as { results: object[]; error: { message: string } };
    expect([code, kept.length]).toEqual([1, 1000]);
    expect(error).toMatchObject({ code: 'outcome-unknown' });
    expect(error.message).toContain('1000 lines were answered before.');
    expect(err).toContain(error.message);
  });

  it('for the whole server’s fault sends no more, and does not call its lines refused', async () => {
    const fault = results(1000, { status: 503, code: 'store-failed' });
    const { code, out, err, asked } = await debit('', results(1000, { status: 201 }), fault);
    expect([code, asked]).toEqual([1, 2]);
    expect(['lines', 'debited', 'refused', 'failed'].map((name) => member({ out, err, code }, name))).toEqual(
      ['2000', '1000', '0', '1000'],
    );
    expect(err).toMatch(/^scrip: 1000 of 2000 lines met a fault of the server .*, and it stopped there\./);
    expect(err).toContain('the same file can be sent again');
  });

  it('says with --json that it stopped, behind the results', async () => {
    const { out } = await debit(' --json', results(1000, { status: 503, code: 'closing' }));
    const { results: kept, error } = JSON.parse(out) as { results: object[]; error: object };
    expect(kept).toHaveLength(1000);
    expect(error).toMatchObject({ code: 'lines-failed' });
  });

  it('goes on behind lines that met a fault of their own', async () => {
    const own = results(1000, { status: 503, code: 'store-unreadable' });
    const { code, out, asked } = await debit(' --json', own, own, results(500, { status: 201 }));
    expect([code, asked, (JSON.parse(out) as { results: object[] }).results.length]).toEqual([1, 3, 2500]);
  });
});
