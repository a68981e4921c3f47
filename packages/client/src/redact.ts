/** Takes a key out of a text, in every form in which a reply or a fault may repeat it. */
export type Redact = (text: string) => string;

export function createRedact(key: string): Redact {
  const forms = new Set([key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)]);
  return (text) => [...forms].reduce((rest, form) => rest.replaceAll(form, '[key]'), text);
}
