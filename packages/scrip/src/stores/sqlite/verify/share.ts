import type { DatabaseSync } from 'node:sqlite';

/** A part of the accounts that one thread looks at, in one turn. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** Whether an account is of a share. */
export function isInShare(share: Share, accountId: string): boolean {
  return isRangeInShare(share, accountId, { start: 0, end: accountId.length });
}

/** The same of an id that stands somewhere in a text. */
export function isRangeInShare({ index, of }: Share, text: string, range: TextRange): boolean {
  return of === 1 || shareOf(text, range, of) === index;
}

/** SQL that is true for the same accounts, on a connection that `defineShares` has seen. */
export function inShare({ index, of }: Share, column: string): string {
  return of === 1 ? 'true' : `share_of(${column}, ${of}) = ${index}`;
}

/** What a damaged row holds in the place of an id is in one of the shares too. */
export function defineShares(database: DatabaseSync): void {
  database.function('share_of', { deterministic: true, useBigIntArguments: true }, (value, of) => {
    const text = String(value);
    return shareOf(text, { start: 0, end: text.length }, Number(of));
  });
}

interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** By the upper bits of a hash, which depend on all characters; by lower ones the entries of a share are sorted. */
function shareOf(text: string, { start, end }: TextRange, of: number): number {
  let hash = 0;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x9e3779b1);
  return Math.floor(((hash >>> 0) / 4_294_967_296) * of);
}
