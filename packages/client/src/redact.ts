/** Takes a key out of a text, in every form in which a reply or a fault may repeat it. */
export type Redact = (text: string) => string;

/** A shorter key is no secret, but a word that stands in many a text: without it a reply would mean something else. */
const SHORTEST = 6;

export function createRedact(key: string): Redact {
  if (key.length < SHORTEST) return (text) => text;
  const forms = new Set([key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)]);
  return (text) => [...forms].reduce((rest, form) => rest.replaceAll(form, '[key]'), text);
}

/** Takes it out of a whole reply: JSON may write any of its characters as an escape, which is only seen when it is read. */
export function redactReply(body: string, redact: Redact): string {
  const text = redact(body);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return text;
  }
  let isThere = false;
  const checked = (part: string) => {
    const safe = redact(part);
    isThere ||= safe !== part;
    return safe;
  };
  const safe = JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member === 'string') return checked(member);
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).map(([name, inner]) => [checked(name), inner]));
  });
  return isThere ? safe : text;
}
