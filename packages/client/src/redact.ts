/** Takes a key out of a text, in every form in which a reply or a fault may repeat it. */
export type Redact = (text: string) => string;

/** A shorter key is no secret, but a word that stands in many a text: without it a reply would mean something else. */
const SHORTEST = 6;

export function createRedact(key: string): Redact {
  if (key.length < SHORTEST) return (text) => text;
  const forms = [key, encodeURIComponent(key)];
  const escaped = escapedForm(key);
  return (text) => {
    const rest = forms.reduce((left, form) => left.replaceAll(form, '[key]'), text);
    return rest.includes('\\') ? rest.replace(escaped, '[key]') : rest;
  };
}

/** JSON may write any character as an escape, and some behind a backslash. */
function escapedForm(key: string): RegExp {
  const units = Array.from({ length: key.length }, (_, at) => {
    const hex = key.charCodeAt(at).toString(16).padStart(4, '0');
    // Its only short form is two of it; one of them less would make every run of them ambiguous.
    if (key[at] === '\\') return String.raw`(?:\\\\|\\u${hex})`;
    return String.raw`(?:\\?\u${hex}|\\u${hex})`;
  });
  return new RegExp(units.join(''), 'gi');
}
