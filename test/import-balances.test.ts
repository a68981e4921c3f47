import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CliSession } from './support/cli-session.ts';
import { startCliSession } from './support/cli-session.ts';
import { patiently, withServer } from './support/moved-ledger.ts';
import type { RunOptions } from './support/run-scrip.ts';
import { runScrip, spawnScrip } from './support/run-scrip.ts';
import type { ScripProcess } from './support/scrip-process.ts';
import { OPERATOR_KEY } from './support/scrip-process.ts';

// Each starts processes, and a machine may be busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const home = mkdtempSync(join(tmpdir(), 'scrip-balances-'));
let made = 0;
const fresh = (name: string) => join(home, `${(made += 1)}-${name}`);
let cli: CliSession;

beforeAll(async () => {
  cli = await startCliSession();
});
afterAll(async () => {
  await cli.end();
  rmSync(home, { recursive: true, force: true });
});

function csv(...rows: string[]): string {
  const file = fresh('rows.csv');
  writeFileSync(file, `${rows.join('\n')}\n`);
  return file;
}

/** An import into a directory, or with `--server` through the session's server. */
function importing(file: string, words: readonly string[], options: RunOptions = {}) {
  const env = { SCRIP_URL: cli.url, SCRIP_KEY: OPERATOR_KEY, ...options.env };
  return runScrip(['import', '--csv', file, ...words, '--json'], { ...options, env });
}

async function imported(file: string, ...words: string[]): Promise<Record<string, unknown>> {
  const ran = await importing(file, words);
  expect(ran.code, ran.err + ran.out).toBe(0);
  return JSON.parse(ran.out) as Record<string, unknown>;
}

type Ask = Pick<ScripProcess, 'call'>;

async function availableOf({ call }: Ask, account: string): Promise<Record<string, string>> {
  const { json } = await call('GET', `/accounts/${account}/balance`);
  const pools = json['pools'] as { pool: string; available: string }[];
  return Object.fromEntries(pools.map(({ pool, available }) => [pool, available]));
}

const CUSTOMERS = [
  'id,name,balance,pool,timezone,expiresAt',
  'a-1,"Acme, ""A"" Inc.",1500.5,,Europe/Paris,',
  'a-2,Glöbex,20,email,,2099-01-01T00:00:00+01:00',
  'a-1,,12,email,,',
  'a-3,,0,,,',
];
const DONE = {
  lines: 4,
  pools: [
    { pool: 'standard', grants: 1, amount: '1500.5' },
    { pool: 'email', grants: 2, amount: '32' },
  ],
  bad: [],
};

async function expectCustomers(scrip: Ask): Promise<void> {
  expect(await availableOf(scrip, 'a-1')).toEqual({ standard: '1500.5', email: '12' });
  expect(await availableOf(scrip, 'a-2')).toEqual({ email: '20' });
  expect(await availableOf(scrip, 'a-3')).toEqual({});
  const { json } = await scrip.call('GET', '/accounts/a-1');
  expect(json).toMatchObject({ name: 'Acme, "A" Inc.', timezone: 'Europe/Paris', version: 3 });
  const grants = await scrip.call('GET', '/accounts/a-2/grants');
  expect(grants.json['data']).toMatchObject([
    { id: 'opening-balance-email', source: 'adjustment', expiresAt: '2098-12-31T23:00:00.000Z' },
  ]);
}

describe('an import of balances', () => {
  it('into a directory is served from the first start on, and changes nothing when run again', async () => {
    const [data, file] = [fresh('data'), csv(...CUSTOMERS)];
    expect(await imported(file, '--data', data)).toMatchObject({ ...DONE, newAccounts: 3, knownAccounts: 0 });
    expect(await imported(file, '--data', data)).toMatchObject({
      newAccounts: 0,
      knownAccounts: 3,
      givenBefore: 3,
      pools: [],
    });
    await withServer(data, expectCustomers);
  });

  it('through a server is there at once, and changes nothing when run again', async () => {
    const file = csv(...CUSTOMERS);
    expect(await imported(file, '--server')).toMatchObject({ ...DONE, newAccounts: 3, knownAccounts: 0 });
    await expectCustomers({ call: callApi });
    expect(await imported(file, '--server')).toMatchObject({
      newAccounts: 0,
      knownAccounts: 3,
      givenBefore: 3,
      pools: [],
    });
    await expectCustomers({ call: callApi });
  });

  it('gives the same entries either way, so that each goes on with what the other began', async () => {
    const [data, half] = [fresh('data'), csv(...CUSTOMERS.slice(0, 3))];
    await imported(half, '--data', data);
    await withServer(data, async (scrip) => {
      const ran = await runScrip(['import', '--csv', csv(...CUSTOMERS), '--server'], {
        env: { SCRIP_URL: scrip.url, SCRIP_KEY: OPERATOR_KEY },
      });
      expect([ran.code, ran.err]).toEqual([0, 'Imported.\n']);
      await expectCustomers(scrip);
    });
  });

  it('that is a dry run says what would happen, and writes nothing', async () => {
    const [data, file] = [fresh('data'), csv('id,balance', 'dry,5')];
    expect(await imported(file, '--data', data, '--dry-run')).toMatchObject({ dryRun: true, newAccounts: 1 });
    expect(existsSync(data)).toBe(false);
    const ran = await runScrip(['import', '--csv', file, '--data', data, '--dry-run']);
    expect(ran.out).toMatch(/^new accounts +1$[^]*^standard +1 +5$[^]*^dry +- +now +5 of standard$/m);
    expect(ran.err).toContain('Nothing was written');
    const eight = csv('id,balance', ...Array.from({ length: 8 }, (_, at) => `dry-${at},5`));
    const long = await runScrip(['import', '--csv', eight, '--data', data, '--dry-run']);
    expect(long.out).toMatch(/^dry-4 .*\nand 3 more\n$/m);
    await imported(file, '--server', '--dry-run');
    expect((await callApi('GET', '/accounts/dry')).status).toBe(404);
  });

  it.each(['--server', '--data'])('%s names every wrong line, and imports none', async (way) => {
    const data = fresh('data');
    const file = csv(
      'id,name,balance,pool,timezone,expiresAt',
      'good,,5,,,',
      'ocean,,1,,,',
      'two words,,1,,,',
      ',,1,,,',
      'b-1,,-3,,,',
      'b-2,,,,,',
      'b-3,,1e3,,,',
      'b-4,,"1,5",,,',
      'b-5,,1.5,email,,',
      'b-6,,0.0000001,,,',
      'b-7,,99999999999999,,,',
      'b-8,,1,gold,,',
      'b-9,,1,,Mars/Olympus,',
      'b-10,,1,,,2020-01-01T00:00:00Z',
      'b-11,,1,,,tomorrow',
      'b-12,1',
      `b-13,${'x'.repeat(201)},1,,,`,
      'good,,6,,,',
      'good,Other,6,email,UTC,',
    );
    const ran = await importing(file, way === '--data' ? [way, data] : [way]);
    expect(ran.code).toBe(3);
    expect(ran.err).toContain('18 of 19 lines cannot be imported, so none was.');
    const { bad } = JSON.parse(ran.out) as { bad: { line: number; column: string; detail: string }[] };
    expect(bad.map(({ line, column, detail }) => `${line} ${column} ${detail}`)).toEqual([
      '3 id is reserved: choose another id.',
      '4 id must be 1 to 64 letters, digits, dots, underscores or hyphens.',
      '5 id is empty.',
      '6 balance must not be negative.',
      '7 balance is empty.',
      expect.stringMatching(/^8 balance must be a plain decimal/),
      expect.stringMatching(/^9 balance must be a plain decimal/),
      '10 balance has more than the 0 decimals of the pool email.',
      '11 balance has more than 6 decimals.',
      '12 balance must be at most 9223372036854.775807.',
      '13 pool is "gold", and the rate card has standard, email, phone, eur.',
      expect.stringMatching(/^14 timezone must be the name of a time zone/),
      '15 expiresAt is in the past.',
      expect.stringMatching(/^16 expiresAt must be an RFC 3339 time/),
      '17 null has 2 cells, and the first line 6.',
      '18 name must have at most 200 characters.',
      '19 id stands in line 2 already, with the pool standard.',
      '20 name is another than in line 2.',
      '20 timezone is another than in line 2.',
    ]);
    expect(existsSync(data)).toBe(false);
    expect((await callApi('GET', '/accounts/good')).status).toBe(404);
  });

  it('leaves accounts that are there as they are, and refuses those that are closed', async () => {
    await cli.ok('account open known --name Before');
    await cli.ok('grant give known --pool standard --amount 7');
    await cli.ok('account open gone');
    await cli.ok('account close gone');
    const closed = await importing(csv('id,balance', 'known,5', 'gone,5'), ['--server']);
    expect([closed.code, JSON.parse(closed.out)]).toMatchObject([
      3,
      { bad: [{ line: 3, column: 'id', detail: 'is of the account gone, which is closed.' }] },
    ]);
    expect(await availableOf({ call: callApi }, 'known')).toEqual({ standard: '7' });
    await imported(csv('id,name,balance', 'known,After,5'), '--server');
    expect(await availableOf({ call: callApi }, 'known')).toEqual({ standard: '12' });
    expect((await callApi('GET', '/accounts/known')).json['name']).toBe('Before');
  });

  it('refuses a balance that differs from what an earlier run gave, and takes lines that were added', async () => {
    const data = fresh('data');
    await imported(csv('id,balance', 'c-1,5', 'c-2,6'), '--data', data);
    const ran = await importing(csv('id,balance', 'c-1,5', 'c-2,7', 'c-3,8'), ['--data', data]);
    expect([ran.code, JSON.parse(ran.out)]).toMatchObject([
      3,
      { bad: [{ line: 3, detail: 'is another than c-2 was given by an earlier import: 6 of standard.' }] },
    ]);
    // Rows may come in another order.
    expect(await imported(csv('balance,id', '8,c-3', '6,c-2', '5,c-1'), '--data', data)).toMatchObject({
      newAccounts: 1,
      givenBefore: 2,
      pools: [{ pool: 'standard', grants: 1, amount: '8' }],
    });
  });

  it('refuses a balance that ends at another time than what an earlier run gave', async () => {
    const data = fresh('data');
    const head = 'id,balance,expiresAt';
    const until = '2099-01-01T00:00:00Z';
    await imported(csv(head, `e-1,5,${until}`, 'e-2,6,', `e-3,7,${until}`), '--data', data);
    const other = csv(head, 'e-1,5,2099-01-02T00:00:00Z', `e-2,6,${until}`, `e-3,7,${until}`);
    const ran = await importing(other, ['--data', data]);
    const words = 'was given by an earlier import';
    expect([ran.code, JSON.parse(ran.out)]).toMatchObject([
      3,
      {
        bad: [
          { line: 2, detail: `is another than e-1 ${words}: 5 of standard until 2099-01-01T00:00:00.000Z.` },
          { line: 3, detail: `is another than e-2 ${words}: 6 of standard.` },
        ],
      },
    ]);
  });

  it('refuses a balance that would bring an account above the most that can be kept', async () => {
    const data = fresh('data');
    const most = '9223372036854.775807';
    await cli.ok('account open full');
    await cli.ok(`grant give full --pool standard --amount ${most}`);
    await withServer(data, async ({ call }) => {
      await call('POST', '/accounts', { id: 'full' });
      const body = { pool: 'standard', amount: most, kind: 'one-time' };
      await call('POST', '/accounts/full/grants', body, { 'idempotency-key': 'most' });
    });
    const file = csv('id,balance,pool', 'next-to-it,5,', 'full,0.000001,', 'full,1,eur');
    const detail = `would bring the account full above ${most} of standard, the most that can be kept.`;
    for (const words of [['--server'], ['--data', data], ['--data', data, '--dry-run']]) {
      const ran = await importing(file, words);
      expect([ran.code, JSON.parse(ran.out)]).toMatchObject([
        3,
        { bad: [{ line: 3, column: 'balance', detail }] },
      ]);
    }
  });

  it('gives lines without a pool the one that --pool names', async () => {
    await imported(csv('id,balance,pool', 'p-1,5,', 'p-2,6,email'), '--server', '--pool', 'eur');
    expect(await availableOf({ call: callApi }, 'p-1')).toEqual({ eur: '5' });
    expect(await availableOf({ call: callApi }, 'p-2')).toEqual({ email: '6' });
  });

  it('into the directory of a running server is refused, and told the other way', async () => {
    const ran = await importing(csv('id,balance', 'a,1'), ['--data', join(cli.directory, 'data')]);
    expect([ran.code, ran.err]).toMatchObject([1, expect.stringContaining('Add --server')]);
  });

  it.each([['--server', '--data', 'x'], ['--resume']])(
    'is a wrong command line with %s %s',
    async (...flags) => {
      expect((await importing('x.csv', flags)).code).toBe(2);
    },
  );

  it('that is refused while it writes says so with --json, and at which line', async () => {
    const { secret } = await cli.json('operator-key add --role read');
    const file = csv('id,balance', 'nobodys,5');
    const ran = await importing(file, ['--server'], { env: { SCRIP_KEY: secret as string } });
    expect(ran.code).toBe(4);
    expect(JSON.parse(ran.out)).toMatchObject({
      code: 'forbidden',
      line: 2,
      detail: expect.stringMatching(/^Line 2: /),
    });
  });

  it('is a wrong command line without --csv', async () => {
    expect((await runScrip(['import', 'x.csv', '--dry-run'])).code).toBe(2);
    expect((await runScrip(['import', '--csv', 'x.csv', 'y.csv'])).code).toBe(2);
  });
});

const callApi: Ask['call'] = patiently(async (method, path) => {
  const reply = await fetch(`${cli.url}/scrip/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${OPERATOR_KEY}` },
  });
  const text = await reply.text();
  return {
    status: reply.status,
    headers: reply.headers,
    text,
    json: JSON.parse(text) as Record<string, unknown>,
  };
});

describe('an import of balances that was killed', () => {
  const rows = (prefix: string, many: number) =>
    csv('id,balance', ...Array.from({ length: many }, (_, at) => `${prefix}-${at},${at + 1}`));

  /** What all accounts with a prefix have together, by the export of their directory. */
  async function expectExact(data: string, prefix: string, many: number): Promise<void> {
    const lines = (await runScrip(['export', '--data', data])).out.split('\n').slice(1, -2);
    const granted = lines
      .map((line) => JSON.parse(line) as { accountId: string; body: { kind: string; amountMicros: string } })
      .filter(({ accountId, body }) => accountId.startsWith(prefix) && body.kind === 'CreditsGranted')
      .map(({ accountId, body }) => `${accountId} ${body.amountMicros}`);
    const expected = Array.from({ length: many }, (_, at) => `${prefix}-${at} ${at + 1}000000`);
    expect(granted.toSorted()).toEqual(expected.toSorted());
  }

  it(
    'in a directory is completed by the next run, and gives nothing twice',
    { timeout: 60_000 },
    async () => {
      const [data, file] = [fresh('data'), rows('k', 2000)];
      const child = spawnScrip(['import', '--csv', file, '--data', data]);
      const exited = once(child, 'exit');
      const log = join(data, 'journal.db-wal');
      const hasBegun = () =>
        (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 200_000 || child.exitCode !== null;
      await vi.waitFor(() => expect(hasBegun()).toBe(true), { timeout: 60_000, interval: 1 });
      child.kill('SIGKILL');
      await exited;
      await imported(file, '--data', data);
      await expectExact(data, 'k', 2000);
    },
  );

  it('on its way to a server is completed by the next run', async () => {
    const file = rows('s', 500);
    const child = spawnScrip(['import', '--csv', file, '--server'], {
      env: { SCRIP_URL: cli.url, SCRIP_KEY: OPERATOR_KEY },
    });
    const exited = once(child, 'exit');
    const hasBegun = async () =>
      (await callApi('GET', '/accounts/s-100')).status === 200 || child.exitCode !== null;
    await vi.waitFor(async () => expect(await hasBegun()).toBe(true), { timeout: 60_000, interval: 5 });
    child.kill('SIGKILL');
    await exited;
    await imported(file, '--server');
    await expectExact(join(cli.directory, 'data'), 's', 500);
  });
});
