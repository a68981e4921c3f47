import { expect } from 'vitest';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import type { ChangeOutcome } from '../../packages/scrip/src/ledger/decide-request.ts';
import type { RecordedEntry, Store } from '../../packages/scrip/src/ledger/store.ts';
import type { SampleLedger } from '../support/sample-ledger.ts';
import { openSampleLedger } from '../support/sample-ledger.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Closes the store and opens it again as a new process would; a store that keeps nothing has none. */
  readonly reopen?: () => Promise<Store>;
  /** Takes away what the store leaves behind when it is closed. */
  readonly remove?: () => Promise<void>;
}

/** One store that all tests of a contract share, each with account names of its own. */
export interface StoreUnderTest {
  readonly store: Store;
  readonly sample: SampleLedger;
  readonly acme: string;
  /** An account id, or another name, that no other test uses. */
  readonly named: (name: string) => string;
  readonly change: (accountId: string, id: string, command: Command) => Promise<ChangeOutcome>;
  /** Makes changes of an account one after the other; each must be accepted. */
  readonly accept: (accountId: string, changes: Readonly<Record<string, Command>>) => Promise<void>;
  readonly entriesOf: (accountId: string) => Promise<RecordedEntry[]>;
  readonly begin: () => Promise<void>;
  /** Between two tests: other names, and the clock at its start. */
  readonly next: () => Promise<void>;
  /** False when the store keeps nothing. */
  readonly restart: () => Promise<boolean>;
  readonly end: () => Promise<void>;
}

export function createStoreUnderTest(open: () => Promise<OpenedStore>): StoreUnderTest {
  let opened: OpenedStore | undefined;
  let store: Store | undefined;
  let sample: SampleLedger | undefined;
  let tests = 0;

  const under: StoreUnderTest = {
    get store() {
      return present(store);
    },
    get sample() {
      return present(sample);
    },
    get acme() {
      return under.named('acme');
    },
    named: (name) => `${name}-${tests}`,
    change: (accountId, id, command) => under.sample.change(accountId, id, command),
    accept: async (accountId, changes) => {
      for (const [id, command] of Object.entries(changes))
        expect(await under.change(accountId, id, command), id).toMatchObject({ ok: true, replayed: false });
    },
    entriesOf: (accountId) => under.store.entries({ accountId, afterVersion: 0, limit: 10_000 }),
    begin: async () => {
      opened = await open();
      store = opened.store;
    },
    next: async () => {
      tests += 1;
      sample = await openSampleLedger(under.store);
    },
    restart: async () => {
      if (opened?.reopen === undefined) return false;
      store = await opened.reopen();
      sample = await openSampleLedger(store);
      return true;
    },
    end: async () => {
      await store?.close();
      await opened?.remove?.();
    },
  };
  return under;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the store is not open');
  return value;
}
