import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  divideHalfUp,
  formatMicros,
  isInRange,
  MAX_MICROS,
  minMicros,
  parseMicros,
  precisionMicros,
} from './credits.ts';

const amount = fc.bigInt({ min: 0n, max: MAX_MICROS });

describe('reading an amount', () => {
  it.each([
    ['0', 0n],
    ['19', 19_000_000n],
    ['18.5', 18_500_000n],
    ['0.000001', 1n],
    ['007.10', 7_100_000n],
    ['1.2345670', 1_234_567n],
    ['9223372036854.775807', MAX_MICROS],
  ])('takes %s', (text, micros) => {
    expect(parseMicros(text)).toBe(micros);
  });

  it.each([
    ['', 'nothing'],
    ['.5', 'no whole part'],
    ['5.', 'no fraction after the point'],
    ['-1', 'a sign'],
    ['+1', 'a plus'],
    ['1e3', 'an exponent'],
    ['1,5', 'a comma'],
    [' 1', 'a space'],
    ['1\n', 'a line end'],
    ['٣', 'digits of another script'],
    ['0x10', 'another base'],
    ['NaN', 'no number'],
    ['0.0000001', 'finer than a micro'],
    ['9223372036854.775808', 'one micro beyond 64 bits'],
    ['99999999999999999999', 'far beyond 64 bits'],
    ['1'.repeat(31), 'too long to be one'],
  ])('refuses %j: %s', (text) => {
    expect(parseMicros(text)).toBeUndefined();
  });
});

describe('the text of an amount', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000001'],
    [-1n, '-0.000001'],
    [100_000n, '0.1'],
    [19_000_000n, '19'],
    [-18_500_000n, '-18.5'],
    // 2^53 + 1 micros: a float would lose the last digit.
    [9_007_199_254_740_993n, '9007199254.740993'],
    [MAX_MICROS, '9223372036854.775807'],
  ])('of %s micros is %s', (micros, text) => {
    expect(formatMicros(micros)).toBe(text);
  });

  it('is canonical, and reads back as the same amount', () => {
    fc.assert(
      fc.property(amount, (micros) => {
        const text = formatMicros(micros);
        expect(text).toMatch(/^(0|[1-9]\d*)(\.\d{0,5}[1-9])?$/);
        expect(parseMicros(text)).toBe(micros);
      }),
    );
  });
});

describe('the range of an amount', () => {
  it('is zero to what 64 signed bits hold', () => {
    expect(MAX_MICROS).toBe(2n ** 63n - 1n);
    expect([0n, MAX_MICROS].every(isInRange)).toBe(true);
    expect([-1n, MAX_MICROS + 1n].some(isInRange)).toBe(false);
  });

  it('is divided by a pool into whole steps of its precision', () => {
    expect([0, 2, 6].map(precisionMicros)).toEqual([1_000_000n, 10_000n, 1n]);
  });

  it('has a lesser of two', () => {
    expect([minMicros(1n, 2n), minMicros(2n, 1n), minMicros(2n, 2n)]).toEqual([1n, 1n, 2n]);
  });
});

describe('rounding', () => {
  it.each([
    [0n, 3n, 1n, 0n],
    [1n, 3n, 1n, 0n],
    [2n, 3n, 1n, 1n],
    [1n, 2n, 1n, 1n],
    [3n, 2n, 1n, 2n],
    [499_999n, 1n, 1_000_000n, 0n],
    [500_000n, 1n, 1_000_000n, 1_000_000n],
    [1_499_999n, 1n, 1_000_000n, 1_000_000n],
    [1_500_000n, 1n, 1_000_000n, 2_000_000n],
  ])('of %s / %s to steps of %s is %s: halves go up', (numerator, denominator, step, rounded) => {
    expect(divideHalfUp(numerator, denominator, step)).toBe(rounded);
  });

  it('gives the nearest multiple of the step, and of two that are as near the greater', () => {
    const positive = fc.bigInt({ min: 1n, max: 10n ** 12n });
    const step = fc.constantFrom(1n, 10n, 10_000n, 1_000_000n);
    fc.assert(
      fc.property(amount, positive, step, (numerator, denominator, step) => {
        const rounded = divideHalfUp(numerator, denominator, step);
        expect(rounded % step).toBe(0n);
        // Twice the distance to the exact quotient lies in (-step, step], all times the denominator.
        const distance = 2n * (rounded * denominator - numerator);
        expect(distance > -step * denominator && distance <= step * denominator).toBe(true);
      }),
    );
  });
});
