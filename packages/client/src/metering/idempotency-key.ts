/** The headers of a request, as Node has them. */
export type NodeHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The key of a request, without its quotes: an RFC 8941 string and the bare word are the same key. */
export function readIdempotencyKey(header: string | readonly string[] | null | undefined): string | null {
  const text = (typeof header === 'string' ? header : (header ?? []).join(', ')).trim();
  const bare = /^"(.*)"$/.exec(text)?.[1] ?? text;
  return bare === '' ? null : bare;
}
