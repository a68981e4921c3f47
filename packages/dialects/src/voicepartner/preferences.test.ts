import { expect, it } from 'vitest';
import { preferredLanguage, readFormat } from './preferences.ts';

it.each([
  [undefined, 'fr'],
  ['', 'fr'],
  ['*', 'fr'],
  ['de', 'fr'],
  ['fr-FR,fr;q=0.9,en;q=0.8', 'fr'],
  ['en', 'en'],
  ['en-GB', 'en'],
  ['EN;Q=0.9, fr;q=0.8', 'en'],
  ['en-US,en;q=0.9,fr;q=0.8', 'en'],
  ['fr;q=0.5, en;q=0.7', 'en'],
  ['en, fr', 'en'],
  ['fr, en', 'fr'],
  ['fr;q=0, *;q=0.5', 'en'],
  ['en;q=0, *', 'fr'],
  ['en;q=nonsense', 'fr'],
  ['de, *;q=0.1', 'fr'],
  ['enm', 'fr'],
])('of Accept-Language %j the language is %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});

it('the format is JSON unless XML is asked for, and any other is none', () => {
  expect([undefined, 'json', 'XML', 'yaml', ''].map(readFormat)).toEqual(['json', 'json', 'xml', null, null]);
});
