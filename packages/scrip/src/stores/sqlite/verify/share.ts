/** A part of the accounts that one thread looks at, so that several work beside one another. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** Whether an account is of a share. Spreads ids that count up, and ids that end alike. */
export function isInShare({ index, of }: Share, accountId: string): boolean {
  const { length } = accountId;
  const letters =
    codeAt(accountId, 0) + codeAt(accountId, length - 1) + codeAt(accountId, length - 2) + length;
  return of === 1 || letters % of === index;
}

function codeAt(accountId: string, at: number): number {
  const code = accountId.charCodeAt(at);
  return Number.isNaN(code) ? 0 : code;
}

/** SQL that is true for the same accounts. */
export function inShare({ index, of }: Share, column: string): string {
  if (of === 1) return 'true';
  const letters = [column, `substr(${column}, -1)`, `substr(${column}, -2, 1)`]
    .map((text) => `coalesce(unicode(${text}), 0)`)
    .join(' + ');
  return `(${letters} + length(${column})) % ${of} = ${index}`;
}
