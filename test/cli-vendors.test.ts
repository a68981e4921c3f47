import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { reply, type StandIn, startStandIn } from './support/stand-in.ts';
import { startVendorSession, type VendorSession } from './support/vendor-session.ts';

// Every test runs the program several times, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let cli: VendorSession;
let unknown: StandIn;
beforeAll(async () => {
  cli = await startVendorSession();
  unknown = await startStandIn(reply(200, { balance: null }));
});
afterAll(async () => {
  await unknown.close();
  await cli.end();
});

const NO_KEYS = { VOICEPARTNER_API_KEY: '', SUPERTONE_API_KEY: '', VOXPRIA_API_KEY: '', OCEAN_API_TOKEN: '' };
/** A table's text without what depends on the moment: how old a reading is. */
const ageless = (out: string) => out.replaceAll(/ \d+s$/gm, ' <age>');

describe('balance of vendors', () => {
  it('shows every vendor whose key is set, in one table, with what it buys', async () => {
    const ran = await cli.run('balance');
    expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: '' });
    expect(ageless(ran.out).split('\n')).toEqual([
      'TARGET        POOL      AVAILABLE  UNIT     ONE-TIME  RECURRING  BUYS                                                   AGE',
      'voicepartner  eur              19  €               -          -  tts 5h51m51s or tts_fixe 3h46m11s or voice_message 10  <age>',
      'supertone     credits        1500  credits         -          -  speech 25m                                             <age>',
      'voxpria       credits        1500  credits         -          -  voice_call 8h20m or sms 1500 or transcription 25h      <age>',
      'ocean         standard       1500  credits      1400        100  search 7500 or enrich 15000 or lookup 30000            <age>',
      'ocean         email           200  credits       100        100  email_verification 200                                 <age>',
      'ocean         phone           200  credits       100        100  phone_verification 200                                 <age>',
      '',
    ]);
  });

  it('leaves out the vendors without a key, and asks no server', async () => {
    const env = {
      ...NO_KEYS,
      OCEAN_API_TOKEN: cli.env['OCEAN_API_TOKEN'],
      SCRIP_URL: 'nonsense',
      SCRIP_KEY: '',
    };
    const { code, out } = await cli.run('balance --json', { env });
    const { balances } = JSON.parse(out) as { balances: { target: string }[] };
    expect({ code, targets: balances.map(({ target }) => target) }).toEqual({ code: 0, targets: ['ocean'] });
  });

  it('has the form of JSON that accounts have, each target once', async () => {
    const { code, out } = await cli.run('balance ocean voicepartner ocean --json');
    const asOf: unknown = expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/);
    const parts = { available: '200', oneTime: '100', recurring: '100', unit: 'credits' };
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      balances: [
        {
          target: 'ocean',
          asOf,
          pools: [
            { pool: 'standard', available: '1500', oneTime: '1400', recurring: '100', unit: 'credits' },
            { pool: 'email', ...parts },
            { pool: 'phone', ...parts },
          ],
        },
        { target: 'voicepartner', asOf, pools: [{ pool: 'eur', available: '19', unit: '€' }] },
      ],
    });
  });

  it('shows a vendor beside an account of the server', async () => {
    const { code, out } = await cli.run('balance supertone demo');
    expect(code).toBe(0);
    expect(out).toMatch(/^supertone +credits +1500 +credits +- +- +- +/m);
    expect(out).toMatch(/^demo +eur +19 +€ +19 +0 +0 +/m);
  });

  it('tells the vendors when no server can be asked, because what names it cannot be used', async () => {
    const ran = await cli.run('balance supertone demo --json', { env: { SCRIP_URL: 'nonsense' } });
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject({
      balances: [
        { target: 'supertone', pools: [{ available: '1500' }] },
        { target: 'demo', asOf: null, error: { code: 'url-invalid' } },
      ],
    });
  });

  it.each([
    ['SCRIP_URL', 'nonsense', 1],
    ['SCRIP_KEY', 'two words', 1],
    ['SCRIP_KEY', '', 4],
  ])(
    'tells of a target that could not be read for its %s of "%s", as of any other',
    async (name, value, exit) => {
      const ran = await cli.run('balance demo --json', { env: { [name]: value } });
      expect([ran.code, JSON.parse(ran.out)]).toMatchObject([exit, { balances: [{ error: {} }] }]);
      expect((await cli.run('check demo --need 5', { env: { [name]: value } })).code).toBe(exit);
    },
  );

  it('says unknown of a null, which is read and no zero', async () => {
    const env = { SUPERTONE_BASE_URL: unknown.url };
    const ran = await cli.run('balance supertone', { env });
    expect(ran).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^supertone +credits +unknown +/m),
    });
    const asJson = await cli.run('balance supertone --json', { env });
    expect(asJson.code).toBe(0);
    expect(JSON.parse(asJson.out)).toMatchObject({
      balances: [{ pools: [{ pool: 'credits', available: null }] }],
    });
  });

  it('tells the others when a vendor cannot be read, and exits with 1', async () => {
    const env = { VOXPRIA_BASE_URL: 'http://127.0.0.1:2' };
    const ran = await cli.run('balance voxpria ocean', { env });
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^ocean +standard +1500 /m);
    expect(ran.err).toContain('voxpria: Voxpria cannot be reached at http://127.0.0.1:2');
    const asJson = await cli.run('balance voxpria ocean --json', { env });
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.out)).toMatchObject({
      balances: [
        { target: 'voxpria', asOf: null, pools: [], error: { code: 'vendor-unreachable' } },
        { target: 'ocean', pools: [{ available: '1500' }, {}, {}] },
      ],
    });
  });

  it('exits with 4 for a refused key, also beside a vendor that failed otherwise, and shows no key', async () => {
    const env = { VOXPRIA_API_KEY: 'not-the-key', SUPERTONE_BASE_URL: 'http://127.0.0.1:2' };
    const ran = await cli.run('balance supertone voxpria', { env });
    expect(ran).toMatchObject({
      code: 4,
      out: '',
      err: expect.stringContaining('voxpria: Voxpria refused the key'),
    });
    expect(ran.err).not.toContain('not-the-key');
  });

  it("prints a vendor's words without what would move the cursor", async () => {
    const words = { success: false, error: { code: 'invalid_request', message: 'up\u{1b}[2Jand\naway' } };
    const standIn = await startStandIn(reply(400, words));
    const { err } = await cli.run('balance voxpria', { env: { VOXPRIA_BASE_URL: standIn.url } });
    await standIn.close();
    expect(err).toContain('up [2Jand away');
  });

  it('has no past: --at is refused', async () => {
    const ran = await cli.run('balance ocean --at 2026-11-01T00:00:00Z');
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--at is for accounts') });
  });
});

/** The values of a textfile, by name and labels. */
const samples = (text: string) =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );

describe('balance for Prometheus', () => {
  it('has a gauge for each pool, its parts, and how the read went', async () => {
    const { code, out } = await cli.run('balance ocean voicepartner --prometheus');
    expect(code).toBe(0);
    for (const name of ['available', 'available_by_kind', 'read_success', 'read_timestamp_seconds'])
      expect(out).toMatch(
        new RegExp(`^# HELP scrip_balance_${name} .+\\n# TYPE scrip_balance_${name} gauge$`, 'm'),
      );
    const { 'scrip_balance_read_timestamp_seconds{target="ocean"}': seconds, ...values } = samples(out);
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(600);
    expect(values).toMatchObject({
      'scrip_balance_available{target="ocean",pool="standard",unit="credits"}': '1500',
      'scrip_balance_available{target="voicepartner",pool="eur",unit="€"}': '19',
      'scrip_balance_available_by_kind{target="ocean",pool="email",unit="credits",kind="recurring"}': '100',
      'scrip_balance_available_by_kind{target="ocean",pool="standard",unit="credits",kind="one-time"}':
        '1400',
      'scrip_balance_read_success{target="ocean"}': '1',
    });
  });

  it('has no line for what is unknown or was not read, and says which it was', async () => {
    const env = { SUPERTONE_BASE_URL: unknown.url, VOXPRIA_BASE_URL: 'http://127.0.0.1:2' };
    const { code, out } = await cli.run('balance supertone voxpria --prometheus', { env });
    expect(code).toBe(1);
    const under = ['bash', '-o', 'pipefail', '-c', '"$@" | true', 'bash'];
    expect(await cli.run('balance voxpria --prometheus', { env, under })).toMatchObject({ code: 1 });
    const { 'scrip_balance_read_timestamp_seconds{target="supertone"}': _time, ...values } = samples(out);
    expect(values).toEqual({
      'scrip_balance_read_success{target="supertone"}': '1',
      'scrip_balance_read_success{target="voxpria"}': '0',
    });
  });

  it('writes a file whole, over the one before, and leaves nothing else', async () => {
    const path = join(cli.directory, 'credits.prom');
    writeFileSync(path, 'the one before');
    const ran = await cli.run(`balance ocean --out ${path}`);
    expect(ran).toEqual({ code: 0, out: '', err: '' });
    expect(samples(readFileSync(path, 'utf8'))).toMatchObject({
      'scrip_balance_read_success{target="ocean"}': '1',
    });
    expect(readdirSync(cli.directory).filter((name) => name.startsWith('credits.prom'))).toEqual([
      'credits.prom',
    ]);
  });

  it('writes to where a link leads, for the first time too, and keeps the link', async () => {
    const link = join(cli.directory, 'link.prom');
    symlinkSync('real.prom', link);
    for (const before of [null, 'the one before']) {
      const path = join(cli.directory, 'real.prom');
      if (before !== null) writeFileSync(path, before);
      await cli.run(`balance ocean --out ${link}`);
      expect(readlinkSync(link)).toBe('real.prom');
      expect(readFileSync(path, 'utf8')).toContain('scrip_balance_read_success{target="ocean"} 1');
    }
  });

  it('says where there is no room for a file, and which two flags exclude each other', async () => {
    const path = join(cli.directory, 'short.prom');
    const under = ['bash', '-c', 'ulimit -f 0; exec "$@"', 'bash'];
    const { code, err } = await cli.run(`balance ocean --out ${path}`, { under });
    expect([code, err]).toEqual([1, expect.stringContaining('Make room on the disk')]);
    const both = await cli.run(`balance ocean --out ${path} --json`);
    expect([both.code, both.err]).toEqual([
      2,
      expect.stringContaining("option '--out <file>' cannot be used with option '--json'"),
    ]);
  });

  it('keeps what is there where the file cannot be written', async () => {
    const path = join(cli.directory, 'taken.prom');
    writeFileSync(path, 'the one before');
    const ran = await cli.run(`balance ocean --out ${path}/below`);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('cannot be written') });
    expect(readFileSync(path, 'utf8')).toBe('the one before');
    expect((await cli.run('balance ocean --out ')).code).toBe(2);
    expect(await cli.run('balance ocean --out -')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--prometheus prints to standard output'),
    });
    const folder = join(cli.directory, 'folder.prom');
    mkdirSync(folder);
    expect(await cli.run(`balance ocean --out ${folder}`)).toMatchObject({ code: 1, out: '' });
    expect(readdirSync(cli.directory).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('escapes what stands in labels', async () => {
    const odd = { success: true, data: { balance: 1, currency: 'a "b"\\c' } };
    const standIn = await startStandIn(reply(200, odd));
    const { out } = await cli.run('balance voxpria --prometheus', { env: { VOXPRIA_BASE_URL: standIn.url } });
    await standIn.close();
    expect(out).toContain(String.raw`pool="credits",unit="a \"b\"\\c"} 1`);
  });
});

describe('usage of vendors', () => {
  it('shows days with their total: calls and cost where the vendor tells them', async () => {
    await cli.scrip.call('POST', '/accounts/demo/debits', { action: 'speech', quantity: 90 });
    const voxpria = await cli.run('usage voxpria');
    expect(voxpria.out).toMatch(
      /^DAY +CALLS +CREDITS +COST\n\d{4}-\d{2}-\d{2} +1 +90 +9 USD\ntotal +1 +90 +9 USD\n$/,
    );
    expect(voxpria.err).toMatch(/^From \d{4}-\d{2}-\d{2} to \d{4}-\d{2}-\d{2}, in the vendor's own days\.$/m);
    const supertone = await cli.run('usage supertone --json');
    expect(JSON.parse(supertone.out)).toMatchObject({
      target: 'supertone',
      unit: 'minutes',
      total: { used: '1.5' },
    });
    await cli.scrip.call('POST', '/accounts/demo/grants', {
      pool: 'standard',
      amount: '90',
      kind: 'one-time',
    });
  });

  it('takes days, and refuses what a vendor does not tell', async () => {
    const { out } = await cli.run('usage voxpria --start 2026-01-01 --end 2026-01-31 --json');
    expect(JSON.parse(out)).toEqual({
      target: 'voxpria',
      start: '2026-01-01',
      end: '2026-01-31',
      unit: 'credits',
      days: [],
      total: { used: '0', calls: 0, cost: { amount: '0', currency: 'USD' } },
    });
    expect(await cli.run('usage voxpria --by action')).toMatchObject({ code: 2, out: '' });
    expect(await cli.run('usage voxpria --start 2026-02-01 --end 2026-01-01')).toMatchObject({
      code: 2,
      out: '',
    });
    expect(await cli.run('usage voicepartner')).toMatchObject({ code: 2, out: '' });
  });
});
