import { expect, it } from 'vitest';
import type { Issue } from '../problem.ts';
import { readMicros } from './amount.ts';

function refusalOf(value: string | number): string | undefined {
  const issues: Issue[] = [];
  readMicros(value, '/amount', issues);
  return issues[0]?.detail;
}

const TOO_LARGE = 'must be at most 9223372036854.775807.';
const TOO_FINE = 'has more than 6 decimals.';
const NO_DECIMAL = 'must be a plain decimal such as "12.5": digits and a point, no sign, exponent or spaces.';

it.each([
  ['-1', 'must not be negative.'],
  [-0.5, 'must not be negative.'],
  ['9223372036854.775808', TOO_LARGE],
  [`${'9'.repeat(31)}.1234560000`, TOO_LARGE],
  [1e30, TOO_LARGE],
  [1e300, TOO_LARGE],
  [Infinity, TOO_LARGE],
  ['0.0000001', TOO_FINE],
  [1e-7, TOO_FINE],
  [1e-300, TOO_FINE],
  ['1e-400', TOO_FINE],
  ['1E400', TOO_LARGE],
  ['1.5e-3', NO_DECIMAL],
  ['1e+3', NO_DECIMAL],
  ['1e3', NO_DECIMAL],
  ['1.', NO_DECIMAL],
  ['.5', NO_DECIMAL],
  ['+1', NO_DECIMAL],
  [' 1', NO_DECIMAL],
  ['', NO_DECIMAL],
])('%j is refused, and why', (value, detail) => {
  expect(refusalOf(value)).toBe(detail);
});

// A pattern that goes over the digits again and again takes minutes for each of these.
it.each([
  ['digits and a letter', `${'1'.repeat(500_000)}x`, NO_DECIMAL],
  ['digits, a point and a letter', `1.${'1'.repeat(500_000)}x`, NO_DECIMAL],
  ['zeros before a last digit', `0.${'0'.repeat(500_000)}1`, TOO_FINE],
  ['zeros and a letter', `0.1${'0'.repeat(500_000)}x`, NO_DECIMAL],
  ['nothing but digits', '1'.repeat(500_000), TOO_LARGE],
])('a text of 500,000 %s is refused at once', (_what, text, detail) => {
  expect(refusalOf(text)).toBe(detail);
});
