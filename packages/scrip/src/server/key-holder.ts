import type { AccountKey, AccountState } from '../core/account.ts';
import type { Answer } from '../ledger/answer.ts';
import { whenAnswered } from '../ledger/answer.ts';
import { copyOf } from '../ledger/copy-of.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { digestApiKey } from './api-key.ts';

/** Whose a key is: an account's, or an operator's where the account is the operators' stream. */
export interface KeyHolder {
  readonly account: AccountState;
  readonly key: AccountKey;
}

/** Null where nobody has the key, or has it no more. */
export type FindKeyHolder = (key: string) => Answer<KeyHolder | null>;

interface KnownKey {
  readonly digest: string;
  /** Who had it when it was last asked; whether that is so still, the account tells each time. */
  owner: string | null;
}

const REMEMBERED_KEYS = 100_000;
/** No key is longer, so that what is remembered takes no more memory than keys do. */
const MAX_KEY_CHARACTERS = 255;

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

/** Digests keys, and remembers those of late. */
function createKnownKeys(secret: string): (key: string) => KnownKey {
  let recent = new Map<string, KnownKey>();
  let older = new Map<string, KnownKey>();
  const newKey = (key: string): KnownKey => ({ digest: digestApiKey(key, secret), owner: null });
  return (key) => {
    if (key.length > MAX_KEY_CHARACTERS) return newKey(key);
    const found = recent.get(key);
    if (found !== undefined) return found;
    const known = older.get(key) ?? newKey(key);
    // Half of them go at a time, the longest unused. Whoever tries out keys only makes good ones be digested again.
    if (recent.size >= REMEMBERED_KEYS / 2) [older, recent] = [recent, new Map()];
    // Of an address only the key is to stay.
    recent.set(copyOf(key), known);
    return known;
  };
}
