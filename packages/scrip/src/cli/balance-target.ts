/** What `scrip balance` reads. */
export interface BalanceTarget {
  readonly kind: 'account';
  readonly accountId: string;
}

/** The target that a word of the command line names: an account, by its id. */
export function parseTarget(word: string): BalanceTarget {
  return { kind: 'account', accountId: word };
}
