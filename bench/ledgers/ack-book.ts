import { randomInt } from 'node:crypto';

/** A debit that the server has acknowledged. */
export interface AcknowledgedDebit {
  readonly account: number;
  readonly id: string;
}

/** What a server has said that it debited: the ledger is held to it afterwards. */
export interface AckBook {
  /** A debit of one credit. */
  readonly acknowledge: (account: number, id: string) => void;
  /** A hold that was placed: an entry that debits nothing yet. */
  readonly acknowledgeHold: () => void;
  /** Credits debited from an account. */
  readonly spent: (account: number) => number;
  readonly total: () => number;
  /** What the journal must have more than before: an entry for each debit and each hold. */
  readonly entries: () => number;
  /** Some of the acknowledged debits; each had the same chance to be among them. */
  readonly sample: () => readonly AcknowledgedDebit[];
}

export function createAckBook({ accounts, sampled }: { accounts: number; sampled: number }): AckBook {
  const spent = new Uint32Array(accounts);
  const sample: AcknowledgedDebit[] = [];
  let total = 0;
  let holds = 0;
  return {
    acknowledge: (account, id) => {
      spent[account] = (spent[account] ?? 0) + 1;
      total += 1;
      if (sample.length < sampled) sample.push({ account, id });
      else if (Math.random() * total < sampled) sample[randomInt(sampled)] = { account, id };
    },
    acknowledgeHold: () => {
      holds += 1;
    },
    spent: (account) => spent[account] ?? 0,
    total: () => total,
    entries: () => total + holds,
    sample: () => sample,
  };
}
