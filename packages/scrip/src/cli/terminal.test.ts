import { expect, it } from 'vitest';
import { inOneLine } from './terminal.ts';

it('puts the words of others on one line, and lets them neither move nor turn it', () => {
  expect(inOneLine('a\nb\u{1b}[2Jc\u{202e}\u{2066}d\u{2028}👩‍💻')).toBe('a b [2Jc d 👩‍💻');
});
