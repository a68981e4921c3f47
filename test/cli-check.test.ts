import { writeFileSync } from 'node:fs';
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

const NOWHERE = 'http://127.0.0.1:2';

/** Runs a check, and reads what it says of each target. */
async function check(line: string, options: Parameters<VendorSession['run']>[1] = {}) {
  const { code, out } = await cli.run(`check ${line} --json`, options);
  const { fits, checks } = JSON.parse(out) as {
    fits: boolean | null;
    checks: { target: string; pools: Record<string, unknown>[]; lines: Record<string, unknown>[] }[];
  };
  return { code, fits, checks };
}

describe.concurrent('check', () => {
  it('says what is short and what to buy, and exits with 3', async () => {
    const ran = await cli.run('check voxpria --for voice_call=1200 --for sms=5000');
    expect(ran.code).toBe(3);
    expect(ran.out.split('\n')).toEqual([
      'TARGET   ACTION      QUANTITY  POOL     AMOUNT',
      'voxpria  voice_call      1200  credits      60',
      'voxpria  sms             5000  credits    5000',
      '',
      'TARGET   POOL     REQUIRED  AVAILABLE  TO BUY  UNIT',
      'voxpria  credits      5060       1500    3560  credits',
      '',
    ]);
    expect(ran.err).toContain('It does not fit: 3560 credits at voxpria missing.\n');
  });

  it('exits with 0 for what fits to the last credit, and with 3 for a millionth more', async () => {
    expect(await check('voxpria --for voice_call=1141 --for sms=1440')).toMatchObject({
      code: 0,
      fits: true,
      checks: [{ pools: [{ pool: 'credits', required: '1500', available: '1500', shortfall: '0' }] }],
    });
    expect(await check('voxpria --for sms=1500.000001')).toMatchObject({
      code: 3,
      fits: false,
      checks: [{ pools: [{ required: '1500.000001', shortfall: '0.000001' }] }],
    });
  });

  it.each([
    [
      'voicepartner --for tts=0.5 --for tts_fixe=3 --for voice_message=10',
      [['eur', '19.00465', '19', '0.00465']],
    ],
    ['supertone --for speech=1500.5', [['credits', '1500.5', '1500', '0.5']]],
    [
      'ocean --for search=7500 --for phone_verification=201 --need email=250 --for email_verification=1',
      [
        ['standard', '1500', '1500', '0'],
        ['phone', '201', '200', '1'],
        ['email', '251', '200', '51'],
      ],
    ],
    [
      'voxpria --need 1000 --need credits=500.5 --for ai_processing=9',
      [['credits', '1500.5', '1500', '0.5']],
    ],
  ])('prices exactly, each pool by itself: %s', async (line, pools) => {
    const { code, checks } = await check(line);
    expect(code).toBe(3);
    const told = checks[0]?.pools.map(({ pool, required, available, shortfall }) => [
      pool,
      required,
      available,
      shortfall,
    ]);
    expect(told).toEqual(pools);
  });

  it('reads a campaign: each line is a debit of its own', async () => {
    const path = join(cli.directory, 'campaign.csv');
    writeFileSync(path, '\u{feff}quantity,action\r\n61,voice_call\r\n61,voice_call\r\n\r\n"3","sms"\r\n');
    const { code, checks } = await check(`voxpria --campaign ${path} --for sms=1`);
    expect(code).toBe(0);
    expect(checks[0]?.lines).toEqual([
      { action: 'sms', quantity: '4', pool: 'credits', amount: '4' },
      { action: 'voice_call', quantity: '122', pool: 'credits', amount: '12' },
    ]);
    const piped = await check('voxpria --campaign -', { input: 'action,quantity\nsms,1501\n' });
    expect(piped).toMatchObject({ code: 3, checks: [{ pools: [{ shortfall: '1' }] }] });
  });

  it('names each bad line of a campaign by its number, and asks nobody', async () => {
    const input = 'action,quantity\nsms,1\nsms,1e3\nsms\n,5\nsms,-1\nsms,1,2\nsms,0\n';
    const ran = await cli.run('check voxpria --campaign -', { input, env: { VOXPRIA_BASE_URL: NOWHERE } });
    expect(ran).toMatchObject({ code: 2, out: '' });
    for (const words of [
      'line 3: the quantity "1e3"',
      'line 4: it has 1 cells',
      'line 5: the action is missing',
    ])
      expect(ran.err).toContain(words);
    for (const words of ['line 6: the quantity "-1"', 'line 7: it has 3 cells', 'line 8: the quantity "0"'])
      expect(ran.err).toContain(words);
    const rude = await cli.run('check voxpria --campaign -', {
      input: 'action,quantity\n"\u{1b}]0;pwned\u{7}sms",1\n',
    });
    expect([
      rude.code,
      rude.err.includes(' ]0;pwned sms '),
      /\p{Cc}/u.test(rude.err.replaceAll('\n', '')),
    ]).toEqual([2, true, false]);
    const strange = await cli.run('check voxpria --campaign -', { input: 'action,quantity\nsms,1\nfax,1\n' });
    expect(strange).toMatchObject({
      code: 2,
      err: expect.stringContaining('fax (line 3 of standard input)'),
    });
  });

  it.each([
    ['voxpria --for sms=0'],
    ['voxpria --need eur=1'],
    ['ocean --need 5'],
    ['demo --need 5'],
    ['demo --need gold=5'],
    ['demo --for fax=1'],
  ])('exits with 2 and says what is wrong: %s', async (line) => {
    const ran = await cli.run(`check ${line}`);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).not.toContain('    at ');
    expect(ran.err).not.toBe('');
  });

  it.each([
    ['"$@" | true', 'voxpria --need 2000', 3],
    ['"$@" | true', 'voxpria --need 1 --json', 1],
    ['"$@" 2>&1 | true', 'voxpria --need 2000', 3],
  ])('keeps its exit code where nobody reads what it prints: %s for %s', async (shell, line, code) => {
    const env = code === 1 ? { VOXPRIA_BASE_URL: NOWHERE } : {};
    const under = ['bash', '-o', 'pipefail', '-c', shell, 'bash'];
    expect((await cli.run(`check ${line}`, { env, under })).code).toBe(code);
  });

  it('never passes what is unknown: exits with 1', async () => {
    const env = { SUPERTONE_BASE_URL: unknown.url };
    const ran = await cli.run('check supertone --for speech=1', { env });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('unknown is not enough') });
    expect(ran.out).toMatch(/^supertone +credits +1 +unknown +unknown +credits$/m);
    expect(await check('supertone --for speech=1', { env })).toMatchObject({
      code: 1,
      fits: null,
      checks: [
        { fits: null, pools: [{ available: null, shortfall: null }], error: { code: 'balance-unknown' } },
      ],
    });
    expect(await check('supertone voxpria --for sms=1', { env })).toMatchObject({
      code: 1,
      fits: null,
      checks: [
        { target: 'supertone', fits: null, pools: [], error: { code: 'balance-unknown' } },
        { target: 'voxpria', fits: true },
      ],
    });
  });

  it('takes no money for credits: exits with 1', async () => {
    const money = await startStandIn(reply(200, { success: true, data: { balance: 150, currency: 'USD' } }));
    const env = { VOXPRIA_BASE_URL: money.url };
    const checked = await check('voxpria --need 100', { env });
    const { err } = await cli.run('check voxpria --need 100', { env });
    await money.close();
    expect(err).toContain('does not say how much there is of credits, but of credits (USD): unknown');
    expect(checked).toMatchObject({
      code: 1,
      fits: null,
      checks: [{ pools: [{ pool: 'credits', available: null }], error: { code: 'balance-unknown' } }],
    });
  });

  it('exits with 1 for what cannot be read and with 4 for a refused key, whatever is short elsewhere', async () => {
    const unread = await check('voxpria ocean --for sms=1 --need email=500', {
      env: { VOXPRIA_BASE_URL: NOWHERE },
    });
    expect(unread).toMatchObject({
      code: 1,
      fits: null,
      checks: [
        { target: 'voxpria', fits: null, error: { code: 'vendor-unreachable' } },
        { target: 'ocean', fits: false, pools: [{ pool: 'email', shortfall: '300' }] },
      ],
    });
    const refused = await cli.run('check voxpria ocean --for sms=1 --need email=500', {
      env: { VOXPRIA_API_KEY: 'x' },
    });
    expect(refused).toMatchObject({ code: 4, err: expect.stringContaining('300 email at ocean missing') });
  });

  it('tells of each failure what to do next', async () => {
    const refusing = await startStandIn(reply(401, {}, { 'retry-after': '30' }));
    const env = { SUPERTONE_BASE_URL: unknown.url, VOXPRIA_BASE_URL: refusing.url };
    const ran = await cli.run('check supertone voxpria --need 1', { env });
    await refusing.close();
    expect(ran.err).toContain("Look at the vendor's own page");
    expect(ran.err).toContain("Set the vendor's variable to a key that is valid there");
    expect(ran.err).not.toContain('30 seconds');
  });

  it('gives each line to the targets that sell it, and tells what all of them lack', async () => {
    const ran = await cli.run('check --for sms=1501 --for tts=1 --for email_verification=202');
    expect(ran.code).toBe(3);
    expect(ran.err).toContain('It does not fit: 1 credits at voxpria and 2 email at ocean missing.');
    const amounts = ran.out.match(/^\S+ +(?:sms|tts|email_verification) .*$/gm);
    expect(amounts?.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'voicepartner tts 1 eur 0.0009',
      'voxpria sms 1501 credits 1501',
      'ocean email_verification 202 email 202',
    ]);
  });
});

describe.concurrent('check with prices of one’s own', () => {
  const prices = (name: string, text: string) => {
    const path = join(cli.directory, name);
    writeFileSync(path, text);
    return path;
  };

  it('takes the rate card that the server shows, edited', async () => {
    const { out } = await cli.run('rate-card show --json');
    const path = prices('dearer.json', out.replace('"amount":"3"', '"amount":"3.000001"'));
    expect(await check(`voxpria --for voice_call=61 --rate-card ${path}`)).toMatchObject({
      code: 0,
      checks: [{ lines: [{ amount: '6.000002', pool: 'credits' }] }],
    });
  });

  it('takes actions of one’s own, in the pools of the balance', async () => {
    const path = prices(
      'own.json',
      '{"actions":{"fax":{"pool":"credits","amount":0.1},"far":{"pool":"gold","amount":1}}}',
    );
    expect(await check(`voxpria --for fax=15000.5 --rate-card ${path}`)).toMatchObject({
      code: 3,
      checks: [{ pools: [{ required: '1500.05' }] }],
    });
    expect((await cli.run(`check voxpria --for sms=1 --rate-card ${path}`)).code).toBe(2);
    expect((await cli.run(`check voxpria --for far=1 --rate-card ${path}`)).code).toBe(2);
  });
});

describe('check of an account', () => {
  it('is priced by quotes of the server, and counts what is held', async () => {
    await cli.scrip.call('POST', '/accounts', { id: 'acme' });
    await cli.scrip.call('POST', '/accounts/acme/grants', {
      pool: 'standard',
      amount: '10',
      kind: 'one-time',
    });
    await cli.scrip.call('POST', '/accounts/acme/holds', { pool: 'standard', amount: '4' });
    expect(await check('acme --for voice_call=61 --for ai_processing=5')).toMatchObject({
      code: 0,
      checks: [{ target: 'acme', pools: [{ pool: 'standard', required: '6', available: '6' }] }],
    });
    expect(await check('acme --need 7 --for tts=10')).toMatchObject({
      code: 3,
      checks: [
        {
          pools: [
            { pool: 'eur', required: '0.009', available: '0', shortfall: '0.009' },
            { pool: 'standard', required: '7', shortfall: '1' },
          ],
        },
      ],
    });
  });

  it("reads what a customer's own key may read: a need is checked, prices are not", async () => {
    const { json } = await cli.scrip.call('POST', '/accounts/acme/keys', {});
    const env = { SCRIP_KEY: String(json['secret']) };
    expect(await check('acme --need standard=6', { env })).toMatchObject({ code: 0, fits: true });
    expect(await check('acme --need standard=7', { env })).toMatchObject({ code: 3, fits: false });
    expect(await check('acme --for sms=1', { env })).toMatchObject({ code: 4, fits: null });
  });

  it('tells what a pool counts of which the account never had any', async () => {
    await cli.scrip.call('POST', '/accounts', { id: 'bare' });
    expect(await check('bare --need eur=5')).toMatchObject({
      code: 3,
      checks: [{ pools: [{ pool: 'eur', available: '0', unit: '€' }] }],
    });
  });

  it('exits with 1 for one that is closed, with a need as with an action', async () => {
    await cli.scrip.call('POST', '/accounts', { id: 'shut' });
    const grant = { pool: 'standard', amount: '10', kind: 'one-time' };
    await cli.scrip.call('POST', '/accounts/shut/grants', grant);
    await cli.scrip.call('POST', '/accounts/shut/close', {});
    for (const plan of ['--need standard=5', '--for sms=5'])
      expect(await check(`shut ${plan}`)).toMatchObject({
        code: 1,
        fits: null,
        checks: [{ target: 'shut', error: { code: 'account-closed' } }],
      });
  });

  it('prices a campaign of more lines than a quote takes', async () => {
    const input = `action,quantity\n${Array.from({ length: 1500 }, (_, index) => `search,${index + 1}`).join('\n')}\n`;
    // 0.2 for each of 1 + 2 + … + 1500.
    expect(await check('acme --campaign -', { input })).toMatchObject({
      code: 3,
      checks: [{ pools: [{ required: '225150', available: '6', shortfall: '225144' }] }],
    });
  });

  it('exits with 1 for one that is not there, with 4 without a key, and tells the vendors in the order given', async () => {
    expect(await check('nobody voxpria --for sms=1')).toMatchObject({
      code: 1,
      checks: [
        { target: 'nobody', error: { code: 'account-not-found' } },
        { target: 'voxpria', fits: true },
      ],
    });
    expect(await check('acme voxpria --for sms=1 --for fax=2', { env: { SCRIP_KEY: '' } })).toMatchObject({
      code: 4,
      fits: null,
      checks: [
        { target: 'acme', error: { code: 'key-missing' } },
        { target: 'voxpria', fits: true },
      ],
    });
  });
});
