import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideHalfUp, formatMicros, parseLenientMicros } from './decimal.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('the decimal text of an amount', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000001'],
    [19_000_000n, '19'],
    [18_500_000n, '18.5'],
    [-500_000n, '-0.5'],
    [12_345_678_901_123_456n, '12345678901.123456'],
    [2n ** 63n - 1n, '9223372036854.775807'],
  ])('of %s micros is %s', (micros, text) => {
    expect(formatMicros(micros)).toBe(text);
  });

  it('is canonical, is a JSON number, and reads back as the same amount', () => {
    fc.assert(
      fc.property(int64, (micros) => {
        const text = formatMicros(micros);
        expect(text).toMatch(/^(0|-?(0|[1-9]\d*)\.\d{0,5}[1-9]|-?[1-9]\d*)$/);
        expect(parseLenientMicros(text)).toBe(micros);
      }),
    );
  });
});

describe('reading an amount', () => {
  it.each([
    ['19', 19_000_000n],
    ['19.00', 19_000_000n],
    ['+019.5', 19_500_000n],
    [' 7 ', 7_000_000n],
    ['.5', 500_000n],
    ['5.', 5_000_000n],
    ['-0', 0n],
    ['1e3', 1_000_000_000n],
    ['1.5E-3', 1_500n],
    ['1e-400', 0n],
    ['0e9999', 0n],
    ['0.30000000000000004', 300_000n],
    ['0.0000005', 1n],
    ['0.0000004999', 0n],
    ['-0.0000005', 0n],
    ['-0.0000015', -1n],
    ['12345678901.123456', 12_345_678_901_123_456n],
  ])('takes %s', (text, micros) => {
    expect(parseLenientMicros(text)).toBe(micros);
  });

  it.each(['', ' ', '.', '-', 'abc', '1,5', '1 000', '0x10', 'NaN', 'Infinity', '1e', '--1', '1_000'])(
    'refuses %j, which is no number',
    (text) => {
      expect(parseLenientMicros(text)).toBeNull();
    },
  );

  it.each(['9223372036854.775808', '-9223372036854.775809', '1e30', '1e9999', '9'.repeat(401)])(
    'refuses %s, which 64 bits of micros cannot hold',
    (text) => {
      expect(parseLenientMicros(text)).toBeNull();
    },
  );
});

describe('dividing half up', () => {
  it.each([
    [7n, 2n, 4n],
    [5n, 2n, 3n],
    [-5n, 2n, -2n],
    [-7n, 2n, -3n],
    [-6n, 4n, -1n],
    [-7n, 4n, -2n],
    [1n, 3n, 0n],
    [0n, 60n, 0n],
  ])('%s by %s is %s', (numerator, denominator, quotient) => {
    expect(divideHalfUp(numerator, denominator)).toBe(quotient);
  });

  it('is never more than half off, and a half goes up', () => {
    const pair = fc.tuple(
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
      fc.bigInt({ min: 1n, max: 10n ** 12n }),
    );
    fc.assert(
      fc.property(pair, ([numerator, denominator]) => {
        const twiceRest = 2n * (numerator - divideHalfUp(numerator, denominator) * denominator);
        expect(twiceRest >= -denominator && twiceRest < denominator).toBe(true);
      }),
    );
  });
});
