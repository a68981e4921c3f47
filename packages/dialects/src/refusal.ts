/** One thing wrong with a request: where it stands, in words, and a stable type such as `missing`. */
export interface Problem {
  in: 'query' | 'header' | 'path' | 'body';
  path: readonly (string | number)[];
  message: string;
  type: string;
}

/**
 * Why a request is refused, in the terms that every dialect can put into its own words. Texts and paths in it
 * are written out as they are: they must never hold key material.
 */
export type Refusal =
  | { code: 'credential-missing' }
  /** No such key, or a revoked one. */
  | { code: 'credential-unknown' }
  /** A credential in two places, or the same place twice, whether or not the values agree. */
  | { code: 'credential-conflicting' }
  | { code: 'account-closed' }
  | { code: 'forbidden' }
  | { code: 'not-found' }
  | { code: 'method-not-allowed'; allow: readonly string[] }
  | { code: 'bad-url' }
  /** No request that can be read, or none that came in time: no value in it is to blame. `message` is in English. */
  | { code: 'bad-request'; status: 400 | 408 | 431; message: string }
  /** `status` tells apart what is wrong with the request as such; 400, 422 and none mean wrong values. */
  | { code: 'invalid-request'; problems: readonly Problem[]; status?: 400 | 413 | 414 | 415 | 422 }
  /** `reason` is `holds` where the settled credits would do. */
  | { code: 'insufficient-credits'; pool: string; reason: 'balance' | 'holds' }
  | {
      code: 'rate-limited';
      limit: number;
      remaining: number;
      resetAtMs: number;
      retryAfterSeconds: number;
      /** Which limit it is, where a vendor has several, and the span that it counts in. */
      policy?: { name: string; windowSeconds: number };
    }
  /** The state of things forbids it: an id used for something else, a closed account. `status` is a 4xx. */
  | { code: 'conflict'; message: string; status: number }
  | { code: 'internal' }
  | { code: 'unavailable'; retryAfterSeconds?: number };

export type RefusalCode = Refusal['code'];

/** A refusal as read from a vendor; whatever the reply does not tell is absent. */
export interface VendorRefusal {
  /** `unrecognised`: certainly a refusal, of a kind that no source describes. */
  code: RefusalCode | 'unrecognised';
  /** The HTTP status, 200 included: some vendors refuse with it. */
  status: number;
  /** The vendor's own words. A vendor could repeat a key in them: treat as such when logging. */
  message: string | null;
  /** The vendor's own code, where it has one. */
  vendorCode?: string;
  pool?: string;
  reason?: 'balance' | 'holds';
  problems?: Problem[];
  limit?: number;
  remaining?: number;
  resetAtMs?: number;
  retryAfterSeconds?: number;
}

/** What an HTTP status alone says about a refusal. */
export function refusalCodeOfStatus(status: number): VendorRefusal['code'] {
  const codes: Record<number, RefusalCode> = {
    400: 'invalid-request',
    401: 'credential-unknown',
    402: 'insufficient-credits',
    403: 'forbidden',
    404: 'not-found',
    405: 'method-not-allowed',
    408: 'bad-request',
    409: 'conflict',
    413: 'invalid-request',
    414: 'invalid-request',
    415: 'invalid-request',
    422: 'invalid-request',
    429: 'rate-limited',
    431: 'bad-request',
    500: 'internal',
    502: 'unavailable',
    503: 'unavailable',
    504: 'unavailable',
  };
  return codes[status] ?? 'unrecognised';
}

/** The HTTP status of an invalid request, for a vendor whose own for wrong values is `forValues`. */
export function invalidRequestStatus(
  { status }: Extract<Refusal, { code: 'invalid-request' }>,
  forValues: 400 | 422,
): number {
  return status === undefined || status === 400 || status === 422 ? forValues : status;
}

/** The problems of a request in one line, for vendors whose errors are one sentence. */
export function describeProblems(problems: readonly Problem[], fallback: string): string {
  if (problems.length === 0) return fallback;
  return problems
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
