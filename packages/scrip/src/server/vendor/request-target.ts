/** A request's address, read from its raw text: what the router makes of it loses repeated parameters. */
export interface RequestTarget {
  /** The path's segments, decoded; null when one of them cannot be. */
  readonly segments: readonly string[] | null;
  readonly query: URLSearchParams;
}

/** Reads the target of a request line: a path, or an absolute address as proxies send it. Never throws. */
export function readTarget(url: string): RequestTarget {
  const { path, query } = splitTarget(url);
  return new ReadTarget(path, query === '' ? NO_QUERY : new URLSearchParams(query));
}

const NO_QUERY = new URLSearchParams();

/** Most routes have their key in a header, and never ask for the segments. */
class ReadTarget implements RequestTarget {
  readonly query: URLSearchParams;
  readonly #path: string;

  constructor(path: string, query: URLSearchParams) {
    this.#path = path;
    this.query = query;
  }

  get segments(): string[] | null {
    return decodeSegments(this.#path);
  }
}

/** The raw path and the raw query, without the question mark. */
export function splitTarget(url: string): { readonly path: string; readonly query: string } {
  const target = url.startsWith('/') ? url : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const end = target.search(/[?#]/);
  if (end === -1) return { path: target, query: '' };
  return { path: target.slice(0, end), query: target.slice(end + 1) };
}

function decodeSegments(path: string): string[] | null {
  const segments = path.split('/');
  segments.shift();
  if (!path.includes('%')) return segments;
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** Every value of a query parameter, those of `name[]` and `name[0]` included: what a lenient parser would take for it. */
export function parameterValues(query: URLSearchParams, name: string): string[] {
  return [...query].filter(([one]) => one === name || one.startsWith(`${name}[`)).map(([, value]) => value);
}

/** A parameter that should stand in the query once: `isOnce` is false for one that is repeated or written as an array. */
export function singleParameter(
  query: URLSearchParams,
  name: string,
): { readonly value: string | undefined; readonly isOnce: boolean } {
  const values = parameterValues(query, name);
  const isOnce = values.length === 0 || (values.length === 1 && query.has(name));
  return { value: values[0], isOnce };
}
