import type { Credential, RequestLimit } from '../dialect.ts';

export const prefixes = ['/v1/me'] as const;

/** `GET /v1/me/{apiKey}`, as all published samples do, and `GET /v1/me?apiKey=`, as the parameter table says. */
export const paths = { balance: '/v1/me' } as const;

export const credential: Credential = {
  places: [
    { in: 'path', after: '/v1/me/' },
    { in: 'query', name: 'apiKey' },
  ],
};

/** Five requests a minute, by the vendor's credit page; that the minute slides is our choice. */
export const limits: readonly RequestLimit[] = [
  { requests: 5, windowSeconds: 60, window: 'sliding', per: 'key', counts: 'reads' },
];

/** The query parameter that chooses the format of every reply, JSON by default. */
export const formatParameter = '_format';

export type Format = 'json' | 'xml';
export type Language = 'fr' | 'en';

/** The codes in error bodies: 10 by the credit page, the others by the platform's other products. */
export const errorCodes = { validation: 9, credential: 10, credits: 11 } as const;

/** A stretch of time as the wire shows it; minutes and seconds of 60 and more have been seen. */
export interface WireDuration {
  h: number;
  m: number;
  s: number;
}

/** The body of a balance. `credit` is a decimal string of money in `currency`. */
export interface WireBalance {
  success: true;
  credit: string;
  currency: string;
  details: { tts: WireDuration; tts_fixe: WireDuration; voice: { message: number } };
}

/** The body of a refusal; `errors` stands for `message` in a validation error. */
export interface WireError {
  success: false;
  code: number | string;
  message?: string;
  errors?: { elementId: string; message: string }[];
}
