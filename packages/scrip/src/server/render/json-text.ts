/** Printable ASCII without a quote or a backslash: what JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** A text as JSON: most need only their quotes. */
export function jsonText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
