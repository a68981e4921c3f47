import { expect, it } from 'vitest';
import { digestApiKey } from './api-key.ts';
import { createKnownKeys } from './known-keys.ts';

it('a remembered digest is the one of its key, also after many other keys', () => {
  const knownKey = createKnownKeys('secret');
  const many = Array.from({ length: 50_001 }, (_, index) => `k${index}`);
  for (const key of ['a', 'b', 'a', ...many, 'a', 'b'])
    expect(knownKey(key).digest).toBe(digestApiKey(key, 'secret'));
});

it('a key that is none, or of letters that no key has, has its own digest, and so have all that look like it', () => {
  const knownKey = createKnownKeys('secret');
  const keys = ['x'.repeat(255), 'x'.repeat(256), 'x'.repeat(16_000), '\ufffd', '\ud800', '\ud801', 'é', 'é'];
  for (const key of [...keys, ...keys]) expect(knownKey(key).digest).toBe(digestApiKey(key, 'secret'));
});

it('what is told of a key is remembered with it, as long as it is no longer than keys are', () => {
  const knownKey = createKnownKeys('secret');
  for (const key of ['k', 'x'.repeat(256)]) knownKey(key).owner = 'acme';
  expect([knownKey('k').owner, knownKey('x'.repeat(256)).owner]).toEqual(['acme', null]);
});
