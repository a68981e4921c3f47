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

describe('debit, refund and explain', () => {
  it('take, give back and say why', async () => {
    await cli.ok('account open spender');
    await cli.ok('grant give spender --pool standard --amount 100 --id order');
    const debit = await cli.ok([
      'debit',
      'spender',
      ...'--action voice_call --quantity 61 --id call'.split(' '),
    ]);
    expect(member(debit, 'amount')).toBe('6');
    expect(member(debit, 'lots')).toBe('6 of order');
    expect(member(await cli.ok('debit spender --pool standard --amount 0.000001'), 'available')).toBe(
      '93.999999',
    );
    expect(member(await cli.ok('refund spender call --amount 1.5'), 'refunded')).toBe(
      '1.5 of the debit so far',
    );
    expect(await cli.json('refund spender call --amount 0.5 --id back')).toMatchObject({
      id: 'back',
      debitId: 'call',
      amount: '0.5',
      refunded: '2',
      balance: { available: '95.999999' },
    });
    expect(member(await cli.ok('refund spender call'), 'amount')).toBe('4');
    const explained = await cli.ok('explain spender call');
    expect(member(explained, 'why')).toMatch(/^A quantity of 61 \(second\) is 2 started times 60/);
    expect(explained.out).toMatch(/^FROM GRANT {2}AMOUNT\norder {12}6$/m);
    expect((await cli.ok('explain spender call --json')).out).toBe(
      `${await cli.api('/accounts/spender/debits/call')}\n`,
    );
  });

  it('happen once for one id, and say so', async () => {
    await cli.ok('account open twice');
    await cli.ok('grant give twice --pool standard --amount 100');
    const line = 'debit twice --action sms --quantity 3 --id message';
    const first = await cli.ok(line);
    const second = await cli.ok(line);
    expect(second.out).toBe(first.out);
    expect(first.err).toBe('');
    expect(second.err).toContain('This id was used before');
    expect((await cli.run('debit twice --action sms --quantity 4 --id message')).err).toContain(
      'Leave --id away',
    );
  });

  it('takes no format of a file that is not named', async () => {
    const ran = await cli.run('debit acme --pool standard --amount 1 --format csv');
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('--format is for --file') });
  });

  it('of nothing is a wrong value of the command line', async () => {
    for (const line of ['debit acme --pool standard --amount 0', 'debit acme --action sms --quantity 0'])
      expect(await cli.run(line), line).toMatchObject({ code: 2, err: expect.stringContaining('above 0') });
  });

  it('carry no metadata in which a number would lose digits', async () => {
    const { code, err } = await cli.run(
      'debit acme --action sms --quantity 1 --metadata {"order":1234567890123456789}',
    );
    expect([code, err]).toEqual([2, expect.stringContaining('send it as a string')]);
  });

  it('carry metadata and the time of use', async () => {
    const at = new Date(Date.now() - 86_400_000).toISOString();
    const { id } = await cli.json([
      'debit',
      'acme',
      ...'--action sms --quantity 1 --metadata {"to":"+33"}'.split(' '),
      '--occurred-at',
      at,
    ]);
    expect(await cli.json(['explain', 'acme', String(id)])).toMatchObject({
      occurredAt: at,
      metadata: { to: '+33' },
    });
  });
});

describe('hold', () => {
  it('places, lists, captures and releases', async () => {
    await cli.ok('account open holder');
    await cli.ok('grant give holder --pool standard --amount 100');
    const placed = await cli.ok(
      'hold place holder --action sms --quantity 60 --ttl-seconds 600 --id campaign',
    );
    expect(member(placed, 'available')).toBe('40');
    const { expiresAt, recordedAt } = await cli.json(
      'hold place holder --pool standard --amount 10 --ttl-seconds 5 --id spare',
    );
    expect(Date.parse(String(expiresAt)) - Date.parse(String(recordedAt))).toBe(5000);
    expect(member(await cli.ok('hold release holder spare'), 'state')).toBe('released');
    const more = await cli.run('hold capture holder campaign --quantity 61');
    expect(more).toMatchObject({ code: 1, err: expect.stringContaining('--allow-excess') });
    expect(member(await cli.ok('hold capture holder campaign --quantity 61 --allow-excess'), 'amount')).toBe(
      '61',
    );
    expect((await cli.ok('hold list holder')).out).toMatch(
      /^campaign {2}captured +standard +60 {2}sms +60 /m,
    );
    expect((await cli.ok('hold list holder --open')).out.trimEnd().split('\n')).toHaveLength(1);
    expect((await cli.ok('hold list holder --json')).out).toBe(
      `${await cli.api('/accounts/holder/holds')}\n`,
    );
  });

  it('prints the API’s reply to a capture and to a release with --json', async () => {
    await cli.ok('account open json');
    await cli.ok('grant give json --pool standard --amount 10');
    await cli.ok('hold place json --pool standard --amount 3 --id one');
    await cli.ok('hold place json --pool standard --amount 4 --id two');
    expect(await cli.json('hold capture json one --amount 2 --id taken')).toMatchObject({
      id: 'taken',
      amount: '2',
    });
    expect(await cli.json('hold release json two --id back')).toMatchObject({
      id: 'two',
      state: 'released',
      amount: '4',
    });
  });
});
