import { expect, it } from 'vitest';
import { formatInstant, parseInstant } from './instant.ts';

it('an instant is written in UTC with whole seconds', () => {
  expect(formatInstant(1_739_102_400_999)).toBe('2025-02-09T12:00:00Z');
});

it.each([
  '2025-02-09T12:00:00Z',
  '2025-02-09T12:00:00.000Z',
  '2025-02-09t13:00:00+01:00',
  '2025-02-09 12:00:00Z',
])('an instant is read from %s', (text) => {
  expect(parseInstant(text)).toBe(1_739_102_400_000);
});

it.each(['', '2025-02-09', '2025-02-09T12:00:00', 'yesterday', '2025-13-09T12:00:00Z'])(
  '%j is no instant',
  (text) => {
    expect(parseInstant(text)).toBeNull();
  },
);
