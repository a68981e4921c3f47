import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliSession } from './support/cli-session.ts';
import { member, startCliSession } from './support/cli-session.ts';

let cli: CliSession;
beforeAll(async () => {
  cli = await startCliSession();
  await cli.ok('account open acme --name Acme --timezone Europe/Paris');
  await cli.ok('grant give acme --pool standard --amount 1500 --id order-1');
  await cli.ok('account open other');
  await cli.ok('grant give other --pool eur --amount 0.5');
});
afterAll(async () => cli.end());

describe('balance', () => {
  it('shows each pool of each account, with numbers on the right', async () => {
    const { out } = await cli.ok('balance acme other');
    expect(out).toBe(
      [
        'ACCOUNT  POOL      AVAILABLE  UNIT     HELD  ONE-TIME  RECURRING  NEXT EXPIRY  NEXT GRANT',
        'acme     standard       1500  credits     0      1500          0  -            -',
        'other    eur             0.5  €           0       0.5          0  -            -',
        '',
      ].join('\n'),
    );
  });

  it('has a line for an account without credits', async () => {
    await cli.ok('account open empty');
    expect((await cli.ok('balance empty')).out).toMatch(/^empty {4}- /m);
    expect(await cli.json('balance empty')).toMatchObject({ balances: [{ target: 'empty', pools: [] }] });
  });

  it('has one form of JSON for whatever it reads', async () => {
    await cli.ok('account open shape');
    await cli.ok('grant give shape --pool standard --amount 7 --every month');
    await cli.ok('grant give shape --pool eur --amount 2.5');
    expect(await cli.json('balance shape')).toEqual({
      balances: [
        {
          target: 'shape',
          asOf: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
          pools: [
            { pool: 'standard', available: '7', oneTime: '0', recurring: '7', unit: 'credits' },
            { pool: 'eur', available: '2.5', oneTime: '2.5', recurring: '0', unit: '€' },
          ],
        },
      ],
    });
  });

  it('shows what it could read, and fails for the rest', async () => {
    const ran = await cli.run('balance other nobody');
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('nobody: There is no such account') });
    expect(ran.out).toMatch(/^other {4}eur/m);
    const asJson = await cli.run('balance other nobody --json');
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.out)).toMatchObject({
      balances: [
        { target: 'other', pools: [{ available: '0.5' }] },
        { target: 'nobody', asOf: null, pools: [], error: { code: 'account-not-found' } },
      ],
    });
  });

  it('knows the units without a rate card, which a customer may not read', async () => {
    const secret = member(await cli.ok('key add other'), 'secret') ?? '';
    const read = await cli.json('balance other', { env: { SCRIP_KEY: secret } });
    expect(read).toMatchObject({ balances: [{ pools: [{ pool: 'eur', unit: '€' }] }] });
  });

  it('says once what all targets have in common, and exits with 4 where a key is refused', async () => {
    const ran = await cli.run('balance acme other', { env: { SCRIP_KEY: 'unknown-key' } });
    expect(ran).toMatchObject({ code: 4, out: '' });
    expect(ran.err.match(/The key is not known/g)).toHaveLength(1);
  });

  it('reads an earlier balance', async () => {
    await cli.ok('account open past');
    await cli.ok('grant give past --pool standard --amount 5');
    const { asOf } = ((await cli.json('balance past')) as { balances: [{ asOf: string }] }).balances[0];
    await cli.ok('debit past --action sms --quantity 5');
    expect(await cli.json(['balance', 'past', '--at', asOf])).toMatchObject({
      balances: [{ pools: [{ available: '5' }] }],
    });
    for (const time of ['yesterday', '2026-11-01T00:00:00', '2026-02-30T00:00:00Z', '1066-10-14T09:00:00Z'])
      expect(await cli.run(`balance past --at ${time}`), time).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining("option '--at <time>' argument"),
      });
  });
});

describe('usage', () => {
  it('shows lines and their total, by day, action or key', async () => {
    await cli.ok('account open user');
    await cli.ok('grant give user --pool standard --amount 100');
    await cli.ok('debit user --action sms --quantity 7');
    await cli.ok('debit user --pool standard --amount 0.5');
    const byAction = await cli.ok('usage user --by action');
    expect(byAction.out).toBe(
      [
        'ACTION  POOL      CALLS  AMOUNT',
        'sms     standard      1       7',
        '-       standard      1     0.5',
        'total   standard      2     7.5',
        '',
      ].join('\n'),
    );
    expect(byAction.err).toMatch(/^From \d{4}-\d{2}-\d{2} to .*, days in UTC\.$/m);
    const range = '--start 2026-01-01 --end 2026-01-02';
    expect((await cli.ok(`usage user ${range} --json`)).out).toBe(
      `${await cli.api('/accounts/user/usage?start=2026-01-01&end=2026-01-02&by=day')}\n`,
    );
  });
});

describe('quote', () => {
  it('prices every line, the same action twice too', async () => {
    const ran = await cli.ok('quote acme --for voice_call=61 --for sms=2 --for sms=3');
    expect(ran.out).toContain('voice_call        61  standard       6');
    expect(ran.out).toMatch(/^standard {8}11 /m);
    expect(ran.err).toBe('');
  });

  it('exits with 3 for what is not affordable, after saying what is missing', async () => {
    const ran = await cli.run('quote other --for tts=1000 --for sms=1');
    expect(ran.code).toBe(3);
    expect(ran.out).toMatch(/^eur +0.9 +0.5 +0.4$/m);
    expect(ran.err).toContain('Not affordable: 1 of standard and 0.4 of eur missing.');
    const asJson = await cli.run('quote other --for sms=1 --json');
    expect(asJson.code).toBe(3);
    expect(JSON.parse(asJson.out)).toMatchObject({ affordable: false });
  });

  it.each([
    ['quote acme --for sms=1 --for sms=x', '--for number 2: quantity '],
    [`quote acme ${'--for sms=1 '.repeat(1001).trim()}`, '--for must '],
    ['account open other-1 --overdraft standard=abc', '--overdraft standard '],
  ])('%s names the flag that is wrong', async (words, named) => {
    expect(await cli.run(words)).toMatchObject({ out: '', err: expect.stringContaining(named) });
  });

  it('exits with 1 for what cannot be quoted', async () => {
    const ran = await cli.run('quote acme --for nothing=1');
    expect(ran).toMatchObject({
      code: 1,
      err: expect.stringContaining('"scrip rate-card show" lists the actions'),
    });
  });
});

describe('a balance', () => {
  it('that a setting keeps from being read could not be read, as any other', async () => {
    expect(await cli.run('balance acme globex', { env: { SCRIP_KEY: 'two words' } })).toMatchObject({
      code: 1,
      err: expect.stringContaining('SCRIP_KEY holds a space'),
    });
  });
});

describe('rate-card', () => {
  it('publishes what it shows, edited', async () => {
    const card = (await cli.ok('rate-card show --json')).out;
    const path = join(cli.directory, 'card.json');
    writeFileSync(path, card.replace('"amount":"0.05"', '"amount":"0.04"'));
    const published = await cli.ok(['rate-card', 'publish', path]);
    expect(published.err).toMatch(/^Version 2, published at/);
    expect(published.out).toMatch(/^lookup +standard +0\.04 +1 {2}call/m);
    expect((await cli.ok('rate-card show 1')).out).toMatch(/^lookup +standard +0\.05 /m);
    expect(await cli.ok('rate-card publish - --json', { input: card })).toMatchObject({
      out: expect.stringMatching(/^\{"version":3,/),
    });
  });

  it('publishes a file that begins with a byte order mark', async () => {
    const card = (await cli.ok('rate-card show --json')).out;
    expect((await cli.run('rate-card publish -', { input: `\u{feff}${card}` })).code).toBe(0);
  });

  it('refuses a file that is larger than any card, whatever it is', async () => {
    const path = join(cli.directory, 'large.json');
    writeFileSync(path, '');
    truncateSync(path, 700_000_000);
    const { code, err } = await cli.run(['rate-card', 'publish', path]);
    expect([code, err]).toMatchObject([
      2,
      expect.stringContaining(`${path} is no rate card: it has more than 1 MiB.\n`),
    ]);
    rmSync(path);
  });

  it('publishes every digit of a price, and refuses one that cannot be held', async () => {
    const card = (amount: string) => `{"actions":{"far":{"pool":"standard","amount":${amount}}}}`;
    const publish = (amount: string) => cli.run('rate-card publish - --json', { input: card(amount) });
    const { out } = await publish('9007199254740.123456');
    expect(out).toContain('"amount":"9007199254740.123456"');
    expect(await publish('0.10000000000000000001')).toMatchObject({
      code: 2,
      err: expect.stringContaining('/actions/far/amount '),
    });
  });

  it('refuses what is no card', async () => {
    expect(await cli.run('rate-card publish -', { input: '[1]' })).toMatchObject({ code: 2, out: '' });
    for (const input of ['', '{', '{"actions":{},"__proto__":{}}', Buffer.from([0x22, 0xff, 0x22])])
      expect(await cli.run('rate-card publish -', { input })).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^scrip: standard input is no rate card: /),
      });
    expect(await cli.run('rate-card publish -', { input: '{}' })).toMatchObject({
      code: 2,
      err: expect.stringContaining(' /actions '),
    });
    expect(await cli.run('rate-card publish -', { input: '{"actions":{"a":{}}}' })).toMatchObject({
      code: 2,
    });
    expect(await cli.run('rate-card show 99')).toMatchObject({
      code: 1,
      err: expect.stringContaining('shows the current one'),
    });
  });
});
