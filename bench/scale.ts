/** How large and how long everything is. */
export interface Scale {
  readonly name: 'full' | 'quick' | 'smoke';
  readonly rounds: number;
  readonly warmUpSeconds: number;
  /** Of a server that was started for one round. */
  readonly freshWarmUpSeconds: number;
  /** Of one round where nothing else is said. */
  readonly seconds: number;
  readonly balanceSeconds: number;
  readonly debitSeconds: number;
  readonly mixedSeconds: number;
  /** Of the ledger that balances are read from, and whose memory is measured. */
  readonly balanceAccounts: number;
  /** Of a second ledger whose memory is measured; 0: left out. */
  readonly accountsOnDisk: number;
  /** Of the ledgers that are debited. */
  readonly accounts: number;
  /** Debits in the ledger that the mix runs on, before it starts: at full size enough for pages of history to be full. */
  readonly historyDebits: number;
  /** Entries of the sustained bulk load. */
  readonly sustainedEntries: number;
  readonly sustainedRounds: number;
  /** Entries of the ledger that is started again. */
  readonly restartEntries: number;
  /** Acknowledged debits that are asked for again. */
  readonly sampledDebits: number;
  readonly growth: {
    readonly entries: readonly number[];
    readonly accounts: readonly number[];
    readonly lotsPerAccount: readonly number[];
  };
}

const FULL: Scale = {
  name: 'full',
  rounds: 3,
  warmUpSeconds: 3,
  freshWarmUpSeconds: 5,
  seconds: 10,
  balanceSeconds: 5,
  debitSeconds: 60,
  mixedSeconds: 300,
  balanceAccounts: 1_000_000,
  accountsOnDisk: 10_000_000,
  accounts: 100_000,
  historyDebits: 9_800_000,
  sustainedEntries: 10_000_000,
  sustainedRounds: 3,
  restartEntries: 10_000_000,
  sampledDebits: 10_000,
  growth: {
    entries: [1, 1000, 100_000, 1_000_000, 10_000_000],
    accounts: [1, 1000, 100_000, 1_000_000, 10_000_000],
    lotsPerAccount: [1, 10, 100, 1000],
  },
};

const QUICK: Scale = {
  name: 'quick',
  rounds: 3,
  warmUpSeconds: 0.3,
  freshWarmUpSeconds: 0.6,
  seconds: 0.5,
  balanceSeconds: 0.4,
  debitSeconds: 0.8,
  mixedSeconds: 4,
  balanceAccounts: 20_000,
  accountsOnDisk: 0,
  accounts: 5000,
  historyDebits: 20_000,
  sustainedEntries: 100_000,
  sustainedRounds: 1,
  restartEntries: 60_000,
  sampledDebits: 1000,
  growth: {
    entries: [1, 1000, 100_000],
    accounts: [1, 1000, 100_000],
    lotsPerAccount: [1, 10, 100, 1000],
  },
};

const SMOKE: Scale = {
  name: 'smoke',
  rounds: 1,
  warmUpSeconds: 0.05,
  freshWarmUpSeconds: 0.05,
  seconds: 0.1,
  balanceSeconds: 0.05,
  debitSeconds: 0.1,
  mixedSeconds: 0.5,
  balanceAccounts: 100,
  accountsOnDisk: 0,
  accounts: 100,
  historyDebits: 200,
  sustainedEntries: 2000,
  sustainedRounds: 1,
  restartEntries: 1000,
  sampledDebits: 20,
  growth: { entries: [100], accounts: [], lotsPerAccount: [5] },
};

export const SCALES: Readonly<Record<Scale['name'], Scale>> = { full: FULL, quick: QUICK, smoke: SMOKE };
