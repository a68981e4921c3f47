import { expect, it } from 'vitest';
import { createRedact } from './redact.ts';

it('a key is taken out in every form in which it may be repeated', () => {
  const key = 'a"b/c$&d';
  const text = [key, encodeURIComponent(key), JSON.stringify({ key })].join(' ');
  expect(createRedact(key)(text)).toBe('[key] [key] {"key":"[key]"}');
});

it('a key that is a short word leaves texts as they are', () => {
  expect(createRedact('know')('credential-unknown')).toBe('credential-unknown');
});
