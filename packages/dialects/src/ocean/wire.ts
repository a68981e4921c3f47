import type { Credential, RequestLimit } from '../dialect.ts';

export const prefixes = ['/v2'] as const;

export const paths = { balance: '/v2/credits/balance' } as const;

export const credential: Credential = {
  places: [
    { in: 'header', name: 'x-api-token' },
    { in: 'query', name: 'apiToken' },
  ],
};

/**
 * 60 requests a minute and 1,000 a day, by the vendor's documentation. That the minute slides, and that
 * the day's count is the account's, begins at 00:00 UTC and is used up by spends only, is our choice.
 */
export const limits: readonly RequestLimit[] = [
  { requests: 60, windowSeconds: 60, window: 'sliding', per: 'key', counts: 'reads' },
  { requests: 1000, windowSeconds: 86_400, window: 'fixed', per: 'account', counts: 'spends' },
];

/** The credits of one pool; either member may be absent or null, which a reader takes for 0. */
export interface WirePool {
  oneTime?: number | null;
  recurrent?: number | null;
}

/** The body of a balance; every member is optional for a reader. */
export interface WireBalance {
  credits?: WirePool | null;
  emailCredits?: WirePool | null;
  phoneCredits?: WirePool | null;
  previewCredits?: WirePool | null;
  dailyLimitRateLeft?: number;
  dailyLimitRateSecondsToReset?: number;
}

/** The body of a refusal: a sentence, or what is wrong with the request. */
export interface WireError {
  detail: string | { loc: (string | number)[]; msg: string; type: string }[];
}
