import type { AccountState } from '../../core/account.ts';
import { isOwnStream, RATE_CARD_STREAM } from '../../core/account.ts';
import type { Reference } from '../../core/reference.ts';
import { isChange, referenceOf } from '../../core/reference.ts';
import type { Facts } from '../../core/decision.ts';
import { continuedVersion } from '../../core/entry.ts';
import { evolve } from '../../core/evolve.ts';
import { drawnLots } from '../../core/lots.ts';
import type { UsageChange } from '../../core/usage.ts';
import { usageOf } from '../../core/usage.ts';
import type { ChainedState, ChangeRequest, FoundChange, RecordedEntry, Store } from '../../ledger/store.ts';

interface Journal {
  readonly entries: RecordedEntry[];
  account: ChainedState;
}

/** A ledger's entries in plain arrays: for tests, and the shortest description of what a store has to do. */
export function createMemoryStore(): Store {
  const journals = new Map<string, Journal>();
  const keyOwners = new Map<string, string>();

  const entriesOf = (accountId: string) => journals.get(accountId)?.entries ?? [];

  function findChange(accountId: string, reference: Reference): FoundChange | null {
    const entries = entriesOf(accountId);
    const recorded = entries.findLast(({ entry }) => isChange(entry, reference));
    if (recorded === undefined) return null;
    const { version } = recorded.entry;
    return {
      recorded,
      continuation: entries.findLast(({ entry }) => continuedVersion(entry) === version) ?? null,
    };
  }

  function factsFor({ accountId, command }: ChangeRequest): Facts {
    const reference = referenceOf(command);
    const found = reference === null ? null : findChange(accountId, reference);
    const lots = found === null ? [] : drawnLots(found.recorded.entry);
    return {
      rateCards: journals.get(RATE_CARD_STREAM)?.account.state.rateCards ?? [],
      referred:
        found === null
          ? null
          : {
              entry: found.recorded.entry,
              continuation: found.continuation?.entry ?? null,
              lotEntries: entriesOf(accountId)
                .map(({ entry }) => entry)
                .filter(({ version }) => lots.includes(version)),
            },
      isKeyTaken: command.kind === 'AddKey' && keyOwners.has(command.digest),
    };
  }

  function append({ entry, personal, hash }: RecordedEntry, account: ChainedState): void {
    const journal = journals.get(entry.accountId);
    if (journal === undefined)
      journals.set(entry.accountId, { entries: [{ entry, personal, hash }], account });
    else {
      journal.entries.push({ entry, personal, hash });
      journal.account = account;
    }
    if (entry.kind === 'KeyAdded') keyOwners.set(entry.digest, entry.accountId);
    if (entry.kind === 'KeyRevoked') keyOwners.delete(entry.digest);
  }

  return {
    lanes: { count: 1, depth: 2, of: () => 0 },
    transact: async (requests, decide) => {
      const settled = requests.map((request) => {
        const { accountId, change } = request;
        try {
          const { outcome, entries, next } = decide(request, {
            account: journals.get(accountId)?.account ?? null,
            prior: findChange(accountId, { id: change.id })?.recorded ?? null,
            facts: factsFor(request),
          });
          if (next !== null) for (const recorded of entries) append(recorded, next);
          return { outcome };
        } catch (error) {
          return { error };
        }
      });
      // Like a store with a disk, it answers later than it is asked.
      await new Promise((resolve) => setImmediate(resolve));
      return { settled, later: null };
    },
    account: (accountId) => journals.get(accountId)?.account.state ?? null,
    accountAt: async (accountId, atMs, upToVersion = Infinity) =>
      entriesOf(accountId)
        .filter(({ entry }) => entry.atMs <= atMs && entry.version <= upToVersion)
        .reduce<AccountState | null>((state, { entry }) => evolve(state, entry), null),
    accountIds: async ({ after, limit }) =>
      [...journals.keys()]
        .filter((id) => !isOwnStream(id) && (after === null || id > after))
        .toSorted()
        .slice(0, limit),
    keyOwner: (digest) => keyOwners.get(digest) ?? null,
    entry: async (accountId, version) => entriesOf(accountId)[version - 1] ?? null,
    findChange: async (accountId, id, meant) => findChange(accountId, { ...meant, id }),
    entries: async ({ accountId, afterVersion, limit, kind }) =>
      entriesOf(accountId)
        .filter(({ entry }) => entry.version > afterVersion && (kind === undefined || entry.kind === kind))
        .slice(0, limit),
    usage: async (accountId, { fromMs, toMs }) =>
      entriesOf(accountId)
        .map(({ entry }) => usageOf(entry))
        .filter(
          (change): change is UsageChange =>
            change !== null && change.slotMs >= fromMs && change.slotMs < toMs,
        ),
    erasePersonal: async (accountId, record) => {
      const erasedVersion = await record();
      if (erasedVersion === null) return;
      const entries = journals.get(accountId)?.entries ?? [];
      for (const [index, recorded] of entries.slice(0, erasedVersion - 1).entries())
        entries[index] = { ...recorded, personal: null };
    },
    health: () => ({ writable: true, readable: true, reason: null, lagEntries: 0 }),
    close: async () => {},
  };
}
