/** A part of the accounts that one thread looks at, so that several work beside one another. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** SQL that is true for the accounts of a share. Spreads ids that count up, and ids that end alike. */
export function inShare({ index, of }: Share, column: string): string {
  if (of === 1) return 'true';
  const letters = [column, `substr(${column}, -1)`, `substr(${column}, -2, 1)`]
    .map((text) => `coalesce(unicode(${text}), 0)`)
    .join(' + ');
  return `(${letters} + length(${column})) % ${of} = ${index}`;
}
