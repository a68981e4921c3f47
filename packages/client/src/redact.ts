/** Takes a key out of a text, in every form in which a reply or a fault may repeat it. */
export type Redact = (text: string) => string;

/** A shorter key is no secret, but a word that stands in many a text: without it a reply would mean something else. */
const SHORTEST = 6;

export function createRedact(key: string): Redact {
  if (key.length < SHORTEST) return (text) => text;
  const forms = new Set([key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)]);
  return (text) => [...forms].reduce((rest, form) => rest.replaceAll(form, '[key]'), text);
}
