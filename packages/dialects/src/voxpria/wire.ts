import type { Credential, RequestLimit } from '../dialect.ts';

export const prefixes = ['/api/v1'] as const;

export const paths = { balance: '/api/v1/credits', usage: '/api/v1/credits/usage' } as const;

export const credential: Credential = {
  places: [
    { in: 'header', name: 'authorization', scheme: 'Bearer' },
    { in: 'header', name: 'x-api-key' },
  ],
};

/** A thousand requests an hour, by the vendor's documentation; that the hour slides is our choice. */
export const limits: readonly RequestLimit[] = [
  { requests: 1000, windowSeconds: 3600, window: 'sliding', per: 'key', counts: 'reads' },
];

/** What a credit is worth, in millionths of a dollar: the vendor's sample has $13.50 for 135 credits. */
export const defaultCreditPriceMicros = 100_000n;

/** The days that the usage route covers when it is asked for none, and at most; both are our choice. */
export const usageDays = { default: 30, most: 366 } as const;

/** The body of a balance; `lastUpdated` is RFC 3339. */
export interface WireCredits {
  success: true;
  data: { balance: number; currency: 'credits'; lastUpdated: string };
}

/** What was used in a day or in all days; `cost` is dollars with two decimals, such as `$13.50`. */
export interface WireUsed {
  calls: number;
  creditsUsed: number;
  cost: string;
}

/** The body of the usage route, the newest day first. */
export interface WireUsage {
  success: true;
  data: { usage: ({ date: string } & WireUsed)[]; total: WireUsed };
}

/** The body of a refusal; the vendor documents none, so that this one is our choice. */
export interface WireError {
  success: false;
  error: { code: string; message: string };
}
