import type { KeyFilter } from './key-filter.ts';

/**
 * At most `count` admissions: in any span of `windowMs` milliseconds (`sliding`), or from one multiple of `windowMs`
 * since 1970 UTC to the next (`fixed`).
 */
export interface LimitRule {
  readonly count: number;
  readonly windowMs: number;
  readonly window: 'sliding' | 'fixed';
}

export interface LeaseRequest {
  /** Whose limit it is: an account's id or the digest of a key, never a key. */
  readonly key: string;
  readonly rule: LimitRule;
  readonly nowMs: number;
  /** How many admissions are asked for this moment; 0 only looks, or only settles. */
  readonly waiting: number;
  /** What became of an earlier lease: what it did not use is given back. */
  readonly settled: SettledLease | null;
  /** Null: no blanket lease covers the key. */
  readonly blanket: BlanketUse | null;
}

/** What a key has used of a blanket lease since it last settled that. */
export interface BlanketUse {
  /** Which rule's blankets cover the key. */
  readonly name: string;
  /** Of the process that asks; null while it has none. */
  readonly id: number | null;
  readonly usedCount: number;
  readonly lastUsedAtMs: number;
}

export interface BlanketRequest {
  readonly name: string;
  readonly rule: LimitRule;
  readonly nowMs: number;
  /** The blanket that is carried on; null for a new one. */
  readonly id: number | null;
  /** Every key has settled what it used: the blanket ends. */
  readonly isOver: boolean;
}

export interface BlanketReply {
  readonly id: number;
  /** Of each key; 0 while blankets that were never settled take half of the limit. */
  readonly count: number;
  /** The blanket may not be used from then on, unless it is carried on. */
  readonly lapsesAtMs: number;
}

export interface SettledLease {
  readonly id: number;
  readonly usedCount: number;
  readonly lastUsedAtMs: number;
}

export interface LeaseReply {
  readonly id: number;
  /** May be less than was asked for, and may be more: a portion for the requests to come. */
  readonly grantedCount: number;
  /** The lease may not be used from then on. */
  readonly lapsesAtMs: number;
  /** All that counts against the limit now, this lease included. */
  readonly takenCount: number;
  /** When one more admission can be had, if none is given back before. */
  readonly freesAtMs: number;
  /** When nothing of all that counts any more. */
  readonly endsAtMs: number;
  /** The key may use the blanket from its beginning: all that it had used of it is settled, and a lease of its own now. */
  readonly isCovered: boolean;
}

/**
 * Where limits outlive the process. An admission is leased before it is used, and a lease that was never settled counts
 * as used: whatever happens to a process, never more than the limit is admitted.
 */
export interface LimitStore {
  /** Other processes lease from it too, so that what it said a while ago may no longer be so. */
  readonly isShared: boolean;
  /**
   * Grants what `grantLease` grants, in the order of the calls. Resolves when the lease is durable; rejects with a
   * `Fault`, after which the lease may be counted, and may not be used.
   */
  readonly lease: (request: LeaseRequest) => Promise<LeaseReply>;
  /** Grants what `leaseBlanket` grants: every key may have used that much, without a lease of its own. As durable as `lease`. */
  readonly leaseBlanket: (request: BlanketRequest) => Promise<BlanketReply>;
  /** The keys, without the prefix, that have leases of their own that may still count. */
  readonly leasedKeys: (request: { readonly prefix: string; readonly nowMs: number }) => Promise<KeyFilter>;
  readonly close: () => Promise<void>;
}
