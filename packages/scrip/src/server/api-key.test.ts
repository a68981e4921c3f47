import { expect, it } from 'vitest';
import { createKeyDigest, digestApiKey } from './api-key.ts';

it('a remembered digest is the one of its key, also after many other keys', () => {
  const keyDigest = createKeyDigest('secret');
  const keys = ['a', 'b', 'a', ...Array.from({ length: 10_001 }, (_, index) => `k${index}`), 'a', 'b'];
  for (const key of keys) expect(keyDigest(key)).toBe(digestApiKey(key, 'secret'));
});

it('a key that is none, or of letters that no key has, has its own digest, and so have all that look like it', () => {
  const keyDigest = createKeyDigest('secret');
  const keys = ['x'.repeat(255), 'x'.repeat(256), 'x'.repeat(16_000), '\ufffd', '\ud800', '\ud801', 'é', 'é'];
  for (const key of [...keys, ...keys]) expect(keyDigest(key)).toBe(digestApiKey(key, 'secret'));
});
