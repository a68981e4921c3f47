import type { AccountState } from '../../packages/scrip/src/core/account.ts';
import { isOwnStream, RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import type { Reference } from '../../packages/scrip/src/core/reference.ts';
import { isChange, referenceOf } from '../../packages/scrip/src/core/reference.ts';
import type { Facts } from '../../packages/scrip/src/core/decision.ts';
import { continuedVersion } from '../../packages/scrip/src/core/entry.ts';
import { decodeEntry } from '../../packages/scrip/src/core/entry-format.ts';
import { evolve } from '../../packages/scrip/src/core/evolve.ts';
import { drawnLots } from '../../packages/scrip/src/core/lots.ts';
import type {
  ChainedState,
  ChangeRequest,
  FoundChange,
  Personal,
  RecordedEntry,
} from '../../packages/scrip/src/ledger/store.ts';
import type { Disk, DiskRow } from './disk.ts';

interface Journal {
  /** With everything that has been decided, durable or not. */
  decided: ChainedState;
  /** With durable entries only: what readers see. */
  durable: AccountState | null;
  readonly entries: RecordedEntry[];
  readonly byChange: Map<string, RecordedEntry>;
}

/** The store's memory, as a start makes it from the disk and decisions change it. */
export interface StoreMemory {
  readonly journal: (accountId: string) => Journal | undefined;
  readonly accountIds: () => string[];
  readonly keep: (recorded: RecordedEntry, decided: ChainedState) => void;
  readonly publish: (accountId: string, state: AccountState) => void;
  readonly erasePersonal: (accountId: string, beforeVersion: number) => void;
  readonly ownerOf: (digest: string, isVisible: (recorded: RecordedEntry) => boolean) => string | null;
  readonly isDurable: (recorded: RecordedEntry) => boolean;
}

function createMemory(): StoreMemory {
  const journals = new Map<string, Journal>();
  const keyEntries: RecordedEntry[] = [];
  const isDurable = ({ entry }: RecordedEntry) =>
    entry.version <= (journals.get(entry.accountId)?.durable?.version ?? 0);
  return {
    journal: (accountId) => journals.get(accountId),
    accountIds: () => [...journals.keys()].filter((id) => !isOwnStream(id)),
    isDurable,
    keep: (recorded, decided) => {
      const { accountId, change, kind } = recorded.entry;
      const journal = journals.get(accountId) ?? {
        decided,
        durable: null,
        entries: [],
        byChange: new Map<string, RecordedEntry>(),
      };
      journals.set(accountId, journal);
      journal.decided = decided;
      journal.entries.push(recorded);
      if (change !== null) journal.byChange.set(change.id, recorded);
      if (kind === 'KeyAdded' || kind === 'KeyRevoked') keyEntries.push(recorded);
    },
    publish: (accountId, state) => {
      const journal = journals.get(accountId);
      if (journal !== undefined) journal.durable = state;
    },
    erasePersonal: (accountId, beforeVersion) => {
      for (const recorded of journals.get(accountId)?.entries ?? [])
        if (recorded.entry.version < beforeVersion)
          (recorded as { personal: Personal | null }).personal = null;
    },
    ownerOf: (digest, isVisible) => {
      const last = keyEntries.findLast(
        (one) => 'digest' in one.entry && one.entry.digest === digest && isVisible(one),
      );
      return last?.entry.kind === 'KeyAdded' ? last.entry.accountId : null;
    },
  };
}

/** What a start makes of the disk: the text of every entry, read and replayed. */
export function recover(disk: Disk): StoreMemory {
  const memory = createMemory();
  for (const row of disk.durable().flat()) {
    const recorded = toRecorded(row);
    const { accountId } = row;
    const state = evolve(memory.journal(accountId)?.decided.state ?? null, recorded.entry);
    memory.keep(recorded, { state, hash: row.hash });
    memory.publish(accountId, state);
  }
  // An erasure that the last process began is ended.
  for (const accountId of memory.accountIds()) {
    const erasedVersion = memory.journal(accountId)?.decided.state.erasedVersion ?? null;
    if (erasedVersion === null) continue;
    memory.erasePersonal(accountId, erasedVersion);
    disk.erasePersonal(accountId, erasedVersion);
  }
  return memory;
}

function toRecorded(row: DiskRow): RecordedEntry {
  const { accountId, version, body } = row;
  const personal = row.personal === null ? null : (JSON.parse(row.personal) as Personal);
  return { entry: decodeEntry({ accountId, version, body }), personal, hash: row.hash };
}

/** Of an account that forgets no id, so that at most one change bears it. */
export function findChange(
  memory: StoreMemory,
  { accountId, reference }: { accountId: string; reference: Reference },
  isVisible: (recorded: RecordedEntry) => boolean,
): FoundChange | null {
  const journal = memory.journal(accountId);
  const recorded = journal?.byChange.get(reference.id);
  if (journal === undefined || recorded === undefined || !isVisible(recorded)) return null;
  if (!isChange(recorded.entry, reference)) return null;
  const { version } = recorded.entry;
  const continuation =
    journal.entries.findLast((one) => continuedVersion(one.entry) === version && isVisible(one)) ?? null;
  return { recorded, continuation };
}

export function factsOf(memory: StoreMemory, { accountId, command }: ChangeRequest): Facts {
  const reference = referenceOf(command);
  const found = reference === null ? null : findChange(memory, { accountId, reference }, () => true);
  const lots = found === null ? [] : drawnLots(found.recorded.entry);
  const entries = memory.journal(accountId)?.entries ?? [];
  return {
    rateCards: memory.journal(RATE_CARD_STREAM)?.decided.state.rateCards ?? [],
    referred:
      found === null
        ? null
        : {
            entry: found.recorded.entry,
            continuation: found.continuation?.entry ?? null,
            lotEntries: lots.flatMap((version) => entries[version - 1]?.entry ?? []),
          },
    isKeyTaken: command.kind === 'AddKey' && memory.ownerOf(command.digest, () => true) !== null,
  };
}
