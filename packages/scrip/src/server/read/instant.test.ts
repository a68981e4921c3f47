import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Issue } from '../problem.ts';
import { readInstant } from './instant.ts';

function read(text: string): number | string {
  const issues: Issue[] = [];
  const atMs = readInstant(text, '/at', issues);
  return issues[0]?.detail ?? atMs;
}

it('a time is read with any offset, to the millisecond', () => {
  const atMs = Date.UTC(2026, 2, 1, 9, 30);
  for (const text of [
    '2026-03-01T09:30:00Z',
    '2026-03-01t09:30:00.000z',
    '2026-03-01T10:30:00+01:00',
    '2026-02-28T23:45:00-09:45',
    '2026-03-01T09:30:00.000999999-00:00',
  ])
    expect(read(text)).toBe(atMs);
  expect(read('2026-03-01T09:30:00.12Z')).toBe(atMs + 120);
});

it('every time of the years 2000 to 9999 is read back as it is written', () => {
  const written = fc.date({
    min: new Date('2000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(written, (date) => {
      expect(read(date.toISOString())).toBe(date.getTime());
    }),
  );
});

it.each([
  '2026-03-01',
  '2026-03-01T09:30Z',
  '2026-03-01T09:30:00',
  '2026-03-01 09:30:00Z',
  '2026-02-29T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-03-01T24:00:00Z',
  '2026-03-01T09:60:00Z',
  '2026-03-01T09:30:60Z',
  '2026-03-01T09:30:00+24:00',
  '2026-03-01T09:30:00+01:60',
  '2026-03-01T09:30:00+0100',
  '+002026-03-01T09:30:00Z',
  '1772357400',
  ' 2026-03-01T09:30:00Z',
  '',
])('%j is no time', (text) => {
  expect(read(text)).toMatch(/RFC 3339/);
});

it.each([
  '1999-12-31T23:59:59.999Z',
  '2000-01-01T00:00:00+00:01',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59-00:01',
])('%s lies outside the years', (text) => {
  expect(read(text)).toMatch(/2000 to 9999/);
});
