/** A part of the accounts that one thread looks at, so that several work beside one another. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** Whether an account is of a share. Spreads ids that count up, and ids that end alike. */
export function isInShare(share: Share, accountId: string): boolean {
  return isRangeInShare(share, accountId, { start: 0, end: accountId.length });
}

/** The same of an id that stands somewhere in a text. */
export function isRangeInShare(
  { index, of }: Share,
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  if (of === 1) return true;
  const length = end - start;
  const first = length > 0 ? text.charCodeAt(start) : 0;
  const last = length > 0 ? text.charCodeAt(end - 1) : 0;
  const lastButOne = length > 1 ? text.charCodeAt(end - 2) : 0;
  return (first + last + lastButOne + length) % of === index;
}

/** SQL that is true for the same accounts. */
export function inShare({ index, of }: Share, column: string): string {
  if (of === 1) return 'true';
  const letters = [column, `substr(${column}, -1)`, `substr(${column}, -2, 1)`]
    .map((text) => `coalesce(unicode(${text}), 0)`)
    .join(' + ');
  return `(${letters} + length(${column})) % ${of} = ${index}`;
}
