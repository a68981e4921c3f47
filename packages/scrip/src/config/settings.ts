/** What an operator may set about serving; every member has a default. */

export type Vendor = 'voicepartner' | 'supertone' | 'voxpria' | 'ocean';

/** Requests admitted in any window of this length. */
export interface RateLimit {
  readonly count: number;
  readonly windowSeconds: number;
}

export interface DialectSettings {
  readonly enabled: boolean;
  /** Per key; null: none. */
  readonly limit: RateLimit | null;
}

export type AccountLimits = Readonly<Partial<Record<Vendor, RateLimit | null>>> & {
  readonly oceanDailyLimit?: number;
};

/** Credits that every new account starts with. */
export interface TrialGrant {
  readonly pool: string;
  readonly amountMicros: bigint;
  /** Null: the trial does not expire. */
  readonly expiresAfterDays: number | null;
}

export interface ServerSettings {
  readonly dialects: Readonly<Record<Vendor, DialectSettings>>;
  /** Limits of single accounts instead of everybody's. */
  readonly accountLimits: Readonly<Record<string, AccountLimits>>;
  /** Requests a day and account that Ocean.io's balance reports; spends with `?dialect=ocean` use it up. */
  readonly oceanDailyLimit: number;
  readonly trialGrant: TrialGrant | null;
  /** What a credit is worth in Voxpria's `cost`, in millionths of a dollar. */
  readonly creditPriceMicros: bigint;
}

/** The vendors' own limits, and no trial. */
export const defaultServerSettings: ServerSettings = {
  dialects: {
    voicepartner: { enabled: true, limit: { count: 5, windowSeconds: 60 } },
    supertone: { enabled: true, limit: null },
    voxpria: { enabled: true, limit: { count: 1000, windowSeconds: 3600 } },
    ocean: { enabled: true, limit: { count: 60, windowSeconds: 60 } },
  },
  accountLimits: {},
  oceanDailyLimit: 1000,
  trialGrant: null,
  creditPriceMicros: 100_000n,
};
