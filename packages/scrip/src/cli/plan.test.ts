import { describe, expect, it } from 'vitest';
import { addLine, collectLines, collectNeeds, type PlanLine } from './plan.ts';

describe('a line of a plan', () => {
  it('is an action and a quantity, exact to a millionth', () => {
    const lines = collectLines('sms=0.000001', collectLines('voice_call=61'));
    expect(lines.map(({ action, quantityMicros }) => [action, quantityMicros])).toEqual([
      ['voice_call', 61_000_000n],
      ['sms', 1n],
    ]);
  });

  it.each([
    '',
    'sms',
    'sms=',
    '=1',
    'sms=0',
    'sms=-1',
    'sms=+1',
    'sms=1e3',
    'sms=1,5',
    'sms=0.0000001',
    'sms=1=2',
  ])('is not %j', (text) => {
    expect(() => collectLines(text)).toThrow(/ACTION=QUANTITY|quantity must be a plain decimal/);
  });

  it.each(['99999999999999', '9223372036854.775808'])('is told that it is too large: %s', (text) => {
    const says = 'must be at most 9223372036854.775807';
    expect(() => collectLines(`sms=${text}`)).toThrow(`The quantity ${says}.`);
    expect(() => collectNeeds(text)).toThrow(`the amount ${says}.`);
  });

  it('is kept once for as often as it stands, under its first place', () => {
    const lines = new Map<string, PlanLine>();
    const line = (action: string, quantityMicros: bigint, place: string): PlanLine => ({
      action,
      quantityMicros,
      times: 1n,
      place,
    });
    addLine(lines, line('sms', 1n, 'line 2'));
    addLine(lines, line('sms', 2n, 'line 3'));
    addLine(lines, line('sms', 1n, 'line 4'));
    expect([...lines.values()]).toEqual([
      { ...line('sms', 1n, 'line 2'), times: 2n },
      line('sms', 2n, 'line 3'),
    ]);
  });
});

describe('a need', () => {
  it('is an amount, of a pool or of the only one', () => {
    expect(collectNeeds('email=5', collectNeeds('0.5'))).toEqual([
      { pool: null, amountMicros: 500_000n },
      { pool: 'email', amountMicros: 5_000_000n },
    ]);
  });

  it.each(['', '0', '-1', 'many', 'email=', '=5', 'email=0', 'a=b=1', '0.0000001', '9223372036855'])(
    'is not %j',
    (text) => {
      expect(() => collectNeeds(text)).toThrow(/written as AMOUNT or POOL=AMOUNT/);
    },
  );
});
