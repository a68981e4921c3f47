import type { Credential, RequestLimit } from '../dialect.ts';

export const prefixes = ['/v1/credits', '/v1/usage'] as const;

export const paths = { balance: '/v1/credits', usage: '/v1/usage' } as const;

export const credential: Credential = { places: [{ in: 'header', name: 'x-sup-api-key' }] };

/** The vendor publishes none for these routes. */
export const limits: readonly RequestLimit[] = [];

/** The vendor's bounds and default of `page_size` on the usage route. */
export const pageSize = { least: 1, most: 20, default: 10 } as const;

/** The body of a balance; the member is required and may be null. */
export interface WireCredits {
  balance: number | null;
}

/** One bucket of the usage route; times are RFC 3339. */
export interface WireUsageBucket {
  starting_at: string;
  ending_at: string;
  results: {
    minutes_used: number;
    voice_id?: string;
    voice_name?: string;
    api_key?: string;
    model?: string;
  }[];
}

/** The body of the usage route. */
export interface WireUsage {
  data: WireUsageBucket[];
  next_page_token: string | null;
  total: number;
}

/** The body of a refusal. The published schema says `status_code`, the examples `statusCode`. */
export interface WireError {
  status: 'error';
  message: { message: string; error: string; statusCode: number };
}
