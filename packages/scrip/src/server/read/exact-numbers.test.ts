import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMicros } from '../../core/credits.ts';
import type { Issue } from '../problem.ts';
import { readMicros } from './amount.ts';
import { exactNumbers, plainDecimal } from './exact-numbers.ts';

const read = (text: string) => exactNumbers(text, JSON.parse(text));

describe('exact numbers', () => {
  it('are texts only where a double would lose digits of an amount', () => {
    expect(read('{"amount":0.1,"quantity":3}')).toEqual({ amount: 0.1, quantity: 3 });
    expect(read('{"amount":9007199254740993,"quantity":0.1}')).toEqual({
      amount: '9007199254740993',
      quantity: 0.1,
    });
    expect(read('[{"amount":1234567890123456.5e-3}]')).toEqual([{ amount: '1234567890123.4565' }]);
    expect(read('{"overdraft":{"metadata":1.0000000000000001}}')).toEqual({
      overdraft: { metadata: '1.0000000000000001' },
    });
    expect(read('{"rollover":{"max":1.0000000000000001}}')).toEqual({
      rollover: { max: '1.0000000000000001' },
    });
  });

  it('are found wherever a number may stand', () => {
    const exact = { quantity: '9007199254740993' };
    for (const text of ['{"quantity":9007199254740993}', '{"quantity" : 9007199254740993}'])
      expect(read(text)).toEqual(exact);
    expect(read('[{"id":"1234567890123456"},\n{"quantity":\n\t9007199254740993\r\n}]')).toEqual([
      { id: '1234567890123456' },
      exact,
    ]);
    expect(read('{"quantity":-9007199254740993}')).toEqual({ quantity: '-9007199254740993' });
    expect(read('{"amount":[{"per":1,"max":9007199254740993}]}')).toEqual({
      amount: [{ per: 1, max: '9007199254740993' }],
    });
  });

  it('leave every other number as JSON reads it', () => {
    const text =
      '{"name":12345678901234567890,"metadata":{"amount":12345678901234567000,"a":[0.30000000000000004,"1234567890123456789"]},"priority":1.0000000000000000,"amount":12345678901234567}';
    expect(read(text)).toEqual({
      name: 12345678901234567000,
      metadata: { amount: 12345678901234567000, a: [0.30000000000000004, '1234567890123456789'] },
      priority: 1,
      amount: '12345678901234567',
    });
  });

  it.each(['1234567890123456789', '0.12345678901234567890', '-90071992547409931e2', '1e-400'])(
    'tell that %s of the metadata would lose digits',
    (number) => {
      const text = `{"metadata":{"order":{"ids":[1,${number}]}}}`;
      expect(read(text)).toEqual({ metadata: { order: { ids: [1, Number.NaN] } } });
      expect(read(`[${text}]`)).toEqual([{ metadata: { order: { ids: [1, Number.NaN] } } }]);
    },
  );

  it('of the metadata are judged at once, however long they are', () => {
    const zeros = '0'.repeat(300_000);
    expect(read(`{"metadata":{"order":0.1${zeros}1}}`)).toEqual({ metadata: { order: Number.NaN } });
    expect(read(`{"metadata":{"order":0.1${zeros}}}`)).toEqual({ metadata: { order: 0.1 } });
  });

  it('of any amount come out as they went in, however they are written', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 9_223_372_036_854_775_807n }),
        fc.integer({ min: -20, max: 20 }),
        (micros, shift) => {
          const exponent = -6 - shift;
          const shifted = shift >= 0 ? `${micros}${'0'.repeat(shift)}e${exponent}` : `${micros}e-6`;
          for (const token of [formatMicros(micros), shifted, `"${formatMicros(micros)}"`]) {
            const issues: Issue[] = [];
            const { amount } = read(`{"amount":${token}}`) as { amount: string | number };
            expect(readMicros(amount, '/amount', issues)).toBe(micros);
            expect(issues).toEqual([]);
          }
        },
      ),
    );
  });

  it('finer than a micro, or larger than 64 bits, are never taken', () => {
    const digits = fc.bigInt({ min: 1n, max: 10n ** 25n }).filter((value) => value % 10n !== 0n);
    fc.assert(
      fc.property(digits, fc.integer({ min: 7, max: 30 }), (value, decimals) => {
        const issues: Issue[] = [];
        const { amount } = read(`{"amount":${value}e-${decimals}}`) as { amount: string | number };
        readMicros(amount, '/amount', issues);
        expect(issues).toEqual([{ pointer: '/amount', detail: 'has more than 6 decimals.' }]);
      }),
    );
    for (const token of ['1e-400', '0.1E-999', '5e-324']) {
      const issues: Issue[] = [];
      const { amount } = read(`{"amount":${token}}`) as { amount: string | number };
      readMicros(amount, '/amount', issues);
      expect(issues[0]?.detail, token).toBe('has more than 6 decimals.');
    }
    expect(read('{"amount":0e-400,"other":1e-400}')).toEqual({ amount: 0, other: 0 });
    for (const token of ['9223372036854.775808', '1e13', '1e400', '123456789012345678901234567890e30']) {
      const issues: Issue[] = [];
      const { amount } = read(`{"amount":${token}}`) as { amount: string | number };
      readMicros(amount, '/amount', issues);
      expect(issues[0]?.detail).toBe('must be at most 9223372036854.775807.');
    }
  });
});

describe('a plain decimal', () => {
  it.each([
    ['1e3', '1000'],
    ['-1.5E+2', '-150'],
    ['12.5e-3', '0.0125'],
    ['0.5e1', '05'],
    ['1e61', undefined],
    ['1e-61', undefined],
    ['x', undefined],
  ])('of %s is %s', (source, decimal) => {
    expect(plainDecimal(source)).toBe(decimal);
  });
});
