/** One kind of credits as a vendor reports it. */
export interface PoolBalance {
  /** `credits` or `eur` where a vendor has one pool; Ocean.io's are `standard`, `email`, `phone`, `preview`. */
  pool: string;
  /** The vendor's word or sign for one of it, such as `credits` or `€`. */
  unit: string;
  /** Null: the vendor answered, and does not say how much. That is not zero. */
  availableMicros: bigint | null;
  oneTimeMicros?: bigint;
  recurringMicros?: bigint;
}

/** What a vendor says the whole balance would buy if all of it went to one action. */
export interface Purchasable {
  action: 'tts' | 'tts_fixe' | 'voice_message';
  quantity: bigint;
  unit: 'seconds' | 'messages';
}

/** A balance as a vendor reports it; whatever the vendor does not report is absent, but for what its contract has a default for. */
export interface Balance {
  pools: PoolBalance[];
  buys?: Purchasable[];
  dailyLimit?: { requestsLeft: number; secondsToReset: number };
  /** When the balance last changed, by the vendor's clock. */
  lastUpdatedMs?: number;
}
