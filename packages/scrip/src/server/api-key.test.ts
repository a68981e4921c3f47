import { expect, it } from 'vitest';
import { createKeyDigest, digestApiKey } from './api-key.ts';

it('a remembered digest is the one of its key, also after many other keys', () => {
  const keyDigest = createKeyDigest('secret');
  const keys = ['a', 'b', 'a', ...Array.from({ length: 10_001 }, (_, index) => `k${index}`), 'a', 'b'];
  for (const key of keys) expect(keyDigest(key)).toBe(digestApiKey(key, 'secret'));
});
