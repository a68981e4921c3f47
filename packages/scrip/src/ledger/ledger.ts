import type { AccountKey, AccountState } from '../core/account.ts';
import { RATE_CARD_STREAM } from '../core/account.ts';
import { advance, isAnythingDue } from '../core/advance.ts';
import type { Command } from '../core/command.ts';
import type { RateCard } from '../core/rate-card.ts';
import type { UsageChange, UsageRange } from '../core/usage.ts';
import { createAdvancedAccounts } from './advanced-accounts.ts';
import type { Answer } from './answer.ts';
import { whenAnswered } from './answer.ts';
import type { Clock, Defer, Ids } from './clock.ts';
import { decideRequest } from './decide-request.ts';
import type { ChangeOutcome } from './decide-request.ts';
import { fingerprintOf, personalDigest } from './digest.ts';
import { createGroupCommit } from './group-commit.ts';
import type {
  ChangeRequest,
  EntriesQuery,
  Personal,
  RecordedEntry,
  Settled,
  Store,
  StoreHealth,
} from './store.ts';

/** A change as a caller asks for it. */
export interface ChangeInput {
  readonly accountId: string;
  /** Unique within the account; the same id again gives the first outcome. */
  readonly id: string;
  readonly command: Command;
  /** The operator key that asks; null for the program itself. */
  readonly actor: string | null;
  readonly name?: string | null;
  readonly note?: string;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}

export interface Profile {
  readonly name: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

/** Keeps accounts of prepaid credits. Every reply rests on durable entries only. Throws `Fault` when the store fails. */
export interface Ledger {
  readonly change: (input: ChangeInput) => Promise<ChangeOutcome>;
  /** As `change` for each of them, in this order and each judged alone, but with all answers at once. Never rejects. */
  readonly changeAll: (inputs: readonly ChangeInput[]) => Promise<readonly Settled<ChangeOutcome>[]>;
  /** The account brought to now; nothing is written. Null when there is none. */
  readonly account: (accountId: string) => Answer<AccountState | null>;
  /** The account as it was recorded at an instant, up to an entry of that instant, brought to that instant. */
  readonly accountAt: (accountId: string, atMs: number, upToVersion?: number) => Promise<AccountState | null>;
  readonly accountIds: Store['accountIds'];
  readonly profile: (state: AccountState) => Promise<Profile>;
  /** A key's name; null where it has none. */
  readonly keyName: (accountId: string, key: AccountKey) => Promise<string | null>;
  /** As `change`, for `ErasePersonalData`: resolves when nothing of the data is left. */
  readonly erase: (input: ChangeInput) => Promise<ChangeOutcome>;
  readonly keyOwner: (digest: string) => Answer<string | null>;
  readonly findChange: Store['findChange'];
  readonly entries: (query: EntriesQuery) => Promise<RecordedEntry[]>;
  readonly usage: (accountId: string, range: UsageRange) => Promise<UsageChange[]>;
  /** All published versions, the current one last. */
  readonly rateCards: () => Answer<readonly RateCard[]>;
  readonly health: () => StoreHealth;
  readonly now: () => number;
  readonly newId: () => string;
  /** Answers what has been accepted, then closes the store. */
  readonly close: () => Promise<void>;
}

export interface LedgerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly defer?: Defer;
}

export function createLedger({ store, clock, ids, defer }: LedgerParts): Ledger {
  const advanceKept = createAdvancedAccounts();
  const commit = createGroupCommit<ChangeOutcome>(
    store,
    (request, loaded) => decideRequest(request, loaded, clock.now(), advanceKept),
    defer,
  );

  const personalOf = async (accountId: string, version: number | null) =>
    version === null ? null : ((await store.entry(accountId, version))?.personal ?? null);

  return {
    change: (input) => commit.submit(toRequest(input, ids)),
    changeAll: (inputs) => commit.submitAll(inputs.map((input) => toRequest(input, ids))),
    account: (accountId) =>
      whenAnswered(store.account(accountId), (state) => bringTo(state, clock.now(), advanceKept)),
    accountAt: async (accountId, atMs, upToVersion = Infinity) =>
      bringTo(await store.accountAt(accountId, atMs, upToVersion), atMs, advance),
    accountIds: (page) => store.accountIds(page),
    profile: async ({ id, nameVersion, metadataVersion }) => {
      const named = await personalOf(id, nameVersion);
      const described = metadataVersion === nameVersion ? named : await personalOf(id, metadataVersion);
      return { name: named?.name ?? null, metadata: described?.metadata ?? null };
    },
    keyName: async (accountId, { nameVersion }) => {
      const recorded = nameVersion === null ? null : await store.entry(accountId, nameVersion);
      if (recorded === null) return null;
      const { entry, personal } = recorded;
      return personal?.name ?? (entry.kind === 'KeyAdded' ? (entry.name ?? null) : null);
    },
    erase: async (input) => {
      let outcome: ChangeOutcome | undefined;
      await store.erasePersonal(input.accountId, async () => {
        outcome = await commit.submit(toRequest(input, ids));
        return outcome.ok ? outcome.entry.version : null;
      });
      if (outcome === undefined) throw new Error('the store has recorded no erasure');
      return outcome;
    },
    keyOwner: (digest) => store.keyOwner(digest),
    findChange: (accountId, changeId, meant) => store.findChange(accountId, changeId, meant),
    entries: (query) => store.entries(query),
    usage: (accountId, range) => store.usage(accountId, range),
    rateCards: () => whenAnswered(store.account(RATE_CARD_STREAM), (state) => state?.rateCards ?? []),
    health: () => store.health(),
    now: () => clock.now(),
    newId: () => ids.next(),
    close: async () => {
      await commit.drain();
      await store.close();
    },
  };
}

function toRequest(
  { accountId, id, command, actor, name, note, metadata }: ChangeInput,
  ids: Ids,
): ChangeRequest {
  const personal: Personal | null =
    name === undefined && note === undefined && metadata === undefined
      ? null
      : {
          salt: ids.salt(),
          ...(name === undefined ? {} : { name }),
          ...(note === undefined ? {} : { note }),
          ...(metadata === undefined ? {} : { metadata }),
        };
  const change = {
    id,
    fingerprint: fingerprintOf(command),
    personalDigest: personal === null ? null : personalDigest(personal),
    actor,
  };
  return { accountId, change, command, personal };
}

/** A read advances a copy and appends nothing: the version still counts what is stored. */
function bringTo(state: AccountState | null, atMs: number, advanceIt: typeof advance): AccountState | null {
  if (state === null) return null;
  const nowMs = Math.max(atMs, state.atMs);
  return isAnythingDue(state, nowMs) ? { ...advanceIt(state, nowMs).state, version: state.version } : state;
}
