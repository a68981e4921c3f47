import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliSession } from './support/cli-session.ts';
import { member, startCliSession } from './support/cli-session.ts';

let cli: CliSession;
beforeAll(async () => {
  cli = await startCliSession();
  await cli.ok('account open acme --name Acme --timezone Europe/Paris');
  await cli.ok('grant give acme --pool standard --amount 1500 --id order-1');
});
afterAll(async () => cli.end());

describe('account', () => {
  it('opens one, shows it, changes it and closes it', async () => {
    const opened = await cli.ok(
      'account open initech --name Initech --timezone Asia/Tokyo --overdraft standard=100 --overdraft email=5 --metadata {"crm":7}',
    );
    expect(member(opened, 'overdraft')).toBe('{"email":"5","standard":"100"}');
    expect(member(opened, 'metadata')).toBe('{"crm":7}');
    expect(member(await cli.ok('account change initech --overdraft email=0'), 'overdraft')).toBe(
      '{"standard":"100"}',
    );
    const shown = await cli.ok('account show initech');
    expect(member(shown, 'name')).toBe('Initech');
    expect(member(shown, 'time zone')).toBe('Asia/Tokyo');
    expect(member(shown, 'closed')).toBe('-');
    expect(member(await cli.ok('account close initech'), 'closed')).toMatch(/^\d{4}-.*Z$/);
  });

  it('says of an id that no account may have that it is the account’s, and not --id', async () => {
    const { code, err } = await cli.run('account open ocean');
    expect([code, err]).toMatchObject([2, expect.stringMatching(/^scrip: the account's id /)]);
  });

  it('makes up an id where none is given', async () => {
    const { id } = await cli.json('account open');
    expect(await cli.json(['account', 'show', String(id)])).toMatchObject({ id, name: null });
  });

  it('changes nothing where nothing is named, and takes one overdraft for a pool', async () => {
    const before = (await cli.ok('account show acme')).out;
    for (const [line, says] of [
      ['account change acme', 'there is nothing to change'],
      ['account change acme --id again', 'there is nothing to change'],
      ['account change acme --overdraft standard=1 --overdraft standard=2', 'Its pool was named before.'],
    ] as const)
      expect(await cli.run(line)).toMatchObject({ code: 2, err: expect.stringContaining(says) });
    expect((await cli.ok('account show acme')).out).toBe(before);
  });

  it('prints the API’s own reply with --json, byte for byte', async () => {
    const { out } = await cli.ok('account show acme --json');
    expect(out).toBe(`${await cli.api('/accounts/acme')}\n`);
    expect((await cli.ok('account list --json')).out).toBe(`${await cli.api('/accounts')}\n`);
  });

  it('prints the account after a change and after its closing with --json', async () => {
    await cli.ok('account open json');
    const changed = await cli.ok('account change json --name Jason --json');
    expect(changed.out).toBe(`${await cli.api('/accounts/json')}\n`);
    expect(JSON.parse(changed.out)).toMatchObject({ id: 'json', name: 'Jason', closedAt: null });
    const closed = await cli.ok('account close json --json');
    expect(closed.out).toBe(`${await cli.api('/accounts/json')}\n`);
    expect(JSON.parse(closed.out)).toMatchObject({ closedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
  });

  it('erases what names a person when that is confirmed, and nothing else', async () => {
    await cli.ok('account open gone --name Jane --metadata {"mail":"jane"} --overdraft standard=5');
    await cli.ok('key add gone --name phone-of-jane');
    expect(await cli.run('account erase gone')).toMatchObject({ code: 2, out: '' });
    expect(member(await cli.ok('account show gone'), 'name')).toBe('Jane');
    const erased = await cli.ok('account erase gone --yes --id erase-1');
    expect(member(erased, 'version')).toBe('3');
    expect(erased.err).toContain('backups');
    expect((await cli.ok('account erase gone --yes --id erase-1')).out).toBe(erased.out);
    expect(await cli.json('account erase gone --yes --id erase-1')).toEqual({
      accountId: 'gone',
      erasedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      version: 3,
    });
    expect(await cli.json('account show gone')).toMatchObject({
      name: null,
      metadata: null,
      overdraft: { standard: '5' },
    });
    expect(await cli.api('/accounts/gone/keys')).toContain('"name":null');
    expect(await cli.api('/accounts/gone/entries')).not.toContain('ane');
  });

  it.each(['-1', '0', '1001'])('lists no page of %s', async (limit) => {
    expect(await cli.run(`account list --limit ${limit}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('It must be a whole number from 1 to 1000.'),
    });
  });

  it('lists page by page, and says how to read on', async () => {
    const first = await cli.ok('account list --limit 1');
    expect(first.out.trimEnd().split('\n')).toHaveLength(2);
    const [, cursor = ''] = /--after (\S+)/.exec(first.err) ?? [];
    const rest = await cli.ok(['account', 'list', '--after', cursor]);
    expect(rest.err).toBe('');
    expect(rest.out).not.toContain(first.out.split('\n')[1] ?? '-');
  });
});

describe('key', () => {
  it('makes one that reads the account, and that works until it is revoked', async () => {
    const added = await cli.ok('key add acme --name production');
    const secret = member(added, 'secret') ?? '';
    expect(added.err).toContain('shown only now');
    const env = { SCRIP_KEY: secret };
    expect((await cli.ok('balance acme', { env })).out).toContain('1500');
    expect((await cli.run('debit acme --action sms --quantity 1', { env })).code).toBe(4);
    const listed = await cli.ok('key list acme');
    expect(listed.out).toContain('production');
    expect(listed.out).not.toContain(secret);
    const revoked = await cli.ok(['key', 'revoke', 'acme', member(added, 'key') ?? '']);
    expect(revoked).toMatchObject({ out: '', err: 'Revoked.\n' });
    expect((await cli.run('balance acme', { env })).code).toBe(4);
  });

  it('imports one from standard input, and does not show it again', async () => {
    const secret = 'the-key-acme-already-has';
    const imported = await cli.ok('key import acme --name legacy', { input: `${secret}\n` });
    expect(`${imported.out}${imported.err}`).not.toContain(secret);
    expect((await cli.ok('balance acme', { env: { SCRIP_KEY: secret } })).out).toContain('1500');
  });

  it.each(['two words', 'two\nlines', 'short', 'x'.repeat(256), 'clé-of-acme'])(
    'imports none that no key can be: %s',
    async (input) => {
      const ran = await cli.run('key import acme', { input });
      expect(ran).toMatchObject({ code: 2, out: '' });
      expect(ran.err).toBe('scrip: the key must be 8 to 255 printable ASCII characters without spaces.\n');
    },
  );

  it('imports none out of a stream that never ends', async () => {
    const { code, err } = await cli.run('key import acme', { input: '0'.repeat(3_000_000) });
    expect([code, err]).toMatchObject([
      1,
      expect.stringContaining('standard input cannot be read: it has more than 1 MiB.'),
    ]);
  });

  it('imports none where nothing is piped in, and takes none from the command line', async () => {
    expect(await cli.run('key import acme')).toMatchObject({
      code: 2,
      err: expect.stringContaining('No key was given'),
    });
    expect((await cli.run('key import acme a-secret-on-the-line')).code).toBe(2);
  });

  it('says what to do when the same id asks for a secret that is gone', async () => {
    await cli.ok('key add acme --id key-once');
    const again = await cli.ok('key add acme --id key-once');
    expect(member(again, 'secret')).toBe('-');
    expect(again.err).toContain('scrip key revoke acme');
  });
});

describe('operator-key', () => {
  it('makes one that may do what its role says, until it is revoked', async () => {
    const added = await cli.ok('operator-key add --role spend --name gateway');
    const env = { SCRIP_KEY: member(added, 'secret') };
    expect(member(added, 'role')).toBe('spend');
    expect(added.err).toContain('shown only now');
    await cli.ok('debit acme --action ai_processing --quantity 1', { env });
    expect((await cli.run('account open other', { env })).code).toBe(4);
    const listed = await cli.ok('operator-key list');
    expect(listed.out).toMatch(/^[0-9a-f]{24} +gateway +spend +\d{4}-/m);
    expect(listed.out).not.toContain(env.SCRIP_KEY);
    expect((await cli.ok('operator-key list --json')).out).toBe(`${await cli.api('/operator-keys')}\n`);
    const id = member(added, 'key') ?? '';
    expect(await cli.json(['operator-key', 'revoke', id])).toEqual({ id, revoked: true });
    expect((await cli.run('balance acme', { env })).code).toBe(4);
  });

  it('imports one, and prints with --json all but the key itself', async () => {
    const secret = 'a-key-that-the-gateway-has';
    const line = 'operator-key import --role read --name reader --json';
    const { out } = await cli.ok(line, { input: `${secret}\n` });
    expect(JSON.parse(out)).toMatchObject({ name: 'reader', role: 'read', secret: null });
    expect(out).not.toContain(secret);
    const env = { SCRIP_KEY: secret };
    await cli.ok('balance acme', { env });
    expect((await cli.run('debit acme --action sms --quantity 1', { env })).code).toBe(4);
  });

  it('leaves the last admin key, and says how to make another', async () => {
    const { data } = (await cli.json('operator-key list')) as { data: { id: string; role: string }[] };
    const admin = data.find(({ role }) => role === 'admin');
    expect(await cli.run(['operator-key', 'revoke', admin?.id ?? ''])).toMatchObject({
      code: 1,
      err: expect.stringContaining('scrip operator-key add --role admin'),
    });
  });
});

describe('grant', () => {
  it('gives once, every period, and with all that a grant can say', async () => {
    await cli.ok('account open grants');
    await cli.ok('grant give grants --pool standard --amount 10 --id once --priority -1');
    await cli.ok('grant give grants --pool email --amount 100 --every month --rollover 50 --id monthly');
    await cli.ok('grant give grants --pool phone --amount 5 --every day --rollover all --id daily');
    await cli.ok([
      ...'grant give grants --pool eur --amount 20 --price 19.90:EUR --source promotion --id gift'.split(' '),
      ...'--starts-at 2026-01-01T00:00:00Z --expires-at 2099-01-01T00:00:00Z --note'.split(' '),
      'Welcome back',
    ]);
    const { data } = (await cli.json('grant list grants')) as { data: object[] };
    expect(data).toMatchObject([
      { id: 'once', kind: 'one-time', rollover: 'none', priority: -1 },
      { id: 'monthly', kind: 'recurring', every: 'month', rollover: { max: '50' } },
      { id: 'daily', every: 'day', rollover: 'all' },
      {
        id: 'gift',
        price: { amount: '19.9', currency: 'EUR' },
        source: 'promotion',
        note: 'Welcome back',
        startsAt: '2026-01-01T00:00:00.000Z',
        expiresAt: '2099-01-01T00:00:00.000Z',
      },
    ]);
    const listed = await cli.ok('grant list grants');
    expect(listed.out).toMatch(/^once {5}standard {6}10 {9}10 {5}0 {2}- /m);
  });

  it('voids one', async () => {
    await cli.ok('account open voids');
    await cli.ok('grant give voids --pool standard --amount 10 --id order');
    expect(member(await cli.ok('grant void voids order'), 'forfeited')).toBe('10');
    await cli.ok('grant give voids --pool standard --amount 3 --id other');
    expect(await cli.json('grant void voids other --id void-other')).toMatchObject({
      id: 'void-other',
      grantId: 'other',
      amount: '3',
      balance: { available: '0' },
    });
  });
});
