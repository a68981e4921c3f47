import type { Format, Language } from './wire.ts';

/**
 * The language of this dialect's texts for an `Accept-Language` header: English where it is preferred to
 * French, French otherwise (our choice: the vendor is French). Of two equal preferences the first named wins.
 */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const ranges = (acceptLanguage ?? '').split(',').map(readRange);
  const french = preferenceFor('fr', ranges);
  const english = preferenceFor('en', ranges);
  if (english.weight !== french.weight) return english.weight > french.weight ? 'en' : 'fr';
  return english.position < french.position ? 'en' : 'fr';
}

/** The format that a `_format` parameter asks for, in any case of letters; null where there is no such format. */
export function readFormat(text: string | undefined): Format | null {
  const format = (text ?? 'json').toLowerCase();
  return format === 'json' || format === 'xml' ? format : null;
}

interface LanguageRange {
  tag: string;
  weight: number;
  position: number;
}

function readRange(text: string, position: number): LanguageRange {
  const [tag = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return { tag, weight: weight >= 0 && weight <= 1 ? weight : 0, position };
}

/** The best range for a language; a wildcard speaks only for the languages that are not named. */
function preferenceFor(language: Language, ranges: readonly LanguageRange[]): LanguageRange {
  const named = ranges.filter(({ tag }) => tag === language || tag.startsWith(`${language}-`));
  const wildcard = ranges.filter(({ tag }) => tag === '*');
  const none = { tag: language, weight: 0, position: ranges.length };
  return (named.length > 0 ? named : wildcard).reduce(
    (best, range) => (range.weight > best.weight ? range : best),
    none,
  );
}
