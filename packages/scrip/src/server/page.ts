import type { AccountKey } from '../core/account.ts';
import { RefusedRequest, invalidRequest } from './problem.ts';

export interface PageQuery {
  readonly limit?: number;
  readonly after?: string;
}

export const DEFAULT_LIMIT = 100;

export type List = 'accounts' | 'entries' | 'grants' | 'holds' | 'keys' | 'lots';

/** An opaque cursor of a list's position; what it holds is nobody's business but the list's own. */
export function encodeCursor(list: List, position: string): string {
  return Buffer.from(`${list} ${position}`).toString('base64url');
}

/** The position in a cursor; null without one. A cursor that the list has not given is refused. */
export function decodeCursor(list: List, after: string | undefined, pattern: RegExp): string | null {
  if (after === undefined) return null;
  const position = Buffer.from(after, 'base64url')
    .toString('utf8')
    .slice(list.length + 1);
  if (!pattern.test(position) || encodeCursor(list, position) !== after) throw unknownCursor();
  return position;
}

/** The version in a cursor of a list of what entries made; 0 without one. */
export function decodeVersionCursor(list: List, after: string | undefined): number {
  return Number(decodeCursor(list, after, /^[1-9]\d{0,14}$/) ?? 0);
}

export function unknownCursor(): RefusedRequest {
  return new RefusedRequest(
    invalidRequest([{ pointer: '?after', detail: 'must be the "next" of an earlier page of this list.' }]),
  );
}

/** The text of a page of rendered items. `next` is null on the last page. */
export function pageJson(items: readonly unknown[], next: string | null): string {
  return JSON.stringify({ data: items, next });
}

/** The text of a page of items that were made by entries, of which one more than the limit was looked for. */
export function versionPageJson(
  list: List,
  items: readonly { readonly version: number }[],
  limit: number,
): string {
  const page = items.slice(0, limit);
  const last = items.length > limit ? page.at(-1) : undefined;
  return pageJson(page, last === undefined ? null : encodeCursor(list, `${last.version}`));
}

/**
 * A page of an account's keys, oldest first. The cursor names the last key shown, and when it was made: where it has
 * been revoked since, the list goes on with those that are as old as it or younger.
 */
export function pageOfKeys(
  keys: readonly AccountKey[],
  { limit = DEFAULT_LIMIT, after }: PageQuery,
): { keys: readonly AccountKey[]; next: string | null } {
  const from = firstAfter(keys, decodeCursor('keys', after, /^\d{1,15} [\x20-\x7e]{1,255}$/));
  const page = keys.slice(from, from + limit);
  const last = keys.length > from + limit ? page.at(-1) : undefined;
  return {
    keys: page,
    next: last === undefined ? null : encodeCursor('keys', `${last.createdAtMs} ${last.id}`),
  };
}

function firstAfter(keys: readonly AccountKey[], cursor: string | null): number {
  if (cursor === null) return 0;
  const space = cursor.indexOf(' ');
  const at = keys.findIndex(({ id }) => id === cursor.slice(space + 1));
  if (at !== -1) return at + 1;
  const next = keys.findIndex(({ createdAtMs }) => createdAtMs >= Number(cursor.slice(0, space)));
  return next === -1 ? keys.length : next;
}
