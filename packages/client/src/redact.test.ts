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

it('a key is taken out of JSON however that is escaped, whole or cut off, and any other text is left as it is', () => {
  const redact = createRedact('ab/cd+ef');
  expect(redact(String.raw`{"message":"Key ab\/cd\u002Bef is not valid","n":1}`)).toBe(
    '{"message":"Key [key] is not valid","n":1}',
  );
  expect(redact(String.raw`[{"\u0061b\/cd+ef":["ab\/cd\u002bef`)).toBe('[{"[key]":["[key]');
  expect(redact('<p>ab/cd+ef</p>')).toBe('<p>[key]</p>');
  const other = String.raw`{ "message": "a\/b\\", "amount": 1.10 }`;
  expect(redact(other)).toBe(other);
  expect(createRedact(String.raw`a\b"c.d`)(JSON.stringify({ key: String.raw`a\b"c.d` }))).toBe(
    '{"key":"[key]"}',
  );
});
