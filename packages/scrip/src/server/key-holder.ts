import type { AccountKey, AccountState } from '../core/account.ts';
import type { Answer } from '../ledger/answer.ts';
import { whenAnswered } from '../ledger/answer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { KnownKey } from './known-keys.ts';
import { createKnownKeys } from './known-keys.ts';

/** Whose a key is: an account's, or an operator's where the account is the operators' stream. */
export interface KeyHolder {
  readonly account: AccountState;
  readonly key: AccountKey;
}

/** Null where nobody has the key, or has it no more. */
export type FindKeyHolder = (key: string) => Answer<KeyHolder | null>;

/**
 * Finds the holders of keys in the durable state, so that a revocation counts from the moment that it is acknowledged.
 * Digests and owners are remembered, so that a request of a known key looks for its account only.
 */
export function createFindKeyHolder(
  ledger: Pick<Ledger, 'keyOwner' | 'account'>,
  secret: string,
): FindKeyHolder {
  const knownKey = createKnownKeys(secret);

  function ask(known: KnownKey): Answer<KeyHolder | null> {
    return whenAnswered(ledger.keyOwner(known.digest), (owner) => {
      known.owner = owner;
      if (owner === null) return null;
      return whenAnswered(ledger.account(owner), (account) => holderOf(account, known));
    });
  }

  return (key) => {
    const known = knownKey(key);
    if (known.owner === null) return ask(known);
    return whenAnswered(ledger.account(known.owner), (account) => holderOf(account, known) ?? ask(known));
  };
}

function holderOf(account: AccountState | null, { digest }: KnownKey): KeyHolder | null {
  if (account === null) return null;
  const key = account.keys.find((candidate) => candidate.digest === digest);
  return key === undefined ? null : { account, key };
}
