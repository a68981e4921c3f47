import { expect, it } from 'vitest';
import { createRedact, redactReply } from './redact.ts';

it('a key is taken out in every form in which it may be repeated', () => {
  const key = 'a"b/c$&d';
  const text = [key, encodeURIComponent(key), JSON.stringify({ key })].join(' ');
  expect(createRedact(key)(text)).toBe('[key] [key] {"key":"[key]"}');
});

it('a key that is a short word leaves texts as they are', () => {
  expect(createRedact('know')('credential-unknown')).toBe('credential-unknown');
});

it('a key is taken out of a reply however its JSON is escaped, and any other reply is left as it is', () => {
  const redact = createRedact('ab/cd+ef');
  const reply = (text: string) => redactReply(text, redact);
  expect(reply(String.raw`{"message":"Key ab\/cd\u002Bef is not valid","n":1}`)).toBe(
    '{"message":"Key [key] is not valid","n":1}',
  );
  expect(reply(String.raw`[{"ab\/cd+ef":["x",null]}]`)).toBe('[{"[key]":["x",null]}]');
  expect(reply('<p>ab/cd+ef</p>')).toBe('<p>[key]</p>');
  const other = String.raw`{ "message": "a\/b", "amount": 1.10 }`;
  expect(reply(other)).toBe(other);
});
