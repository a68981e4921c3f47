import { RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import { DEFAULT_ACTIONS, DEFAULT_POOLS } from '../../packages/scrip/src/config/default-catalog.ts';
import type { ChangeOutcome } from '../../packages/scrip/src/ledger/decide-request.ts';
import type { Ledger } from '../../packages/scrip/src/ledger/ledger.ts';
import { createLedger } from '../../packages/scrip/src/ledger/ledger.ts';
import { openAccount } from './commands.ts';
import type { Store } from '../../packages/scrip/src/ledger/store.ts';

export const START_MS = Date.parse('2026-03-10T12:00:00.000Z');
export {
  CREDIT,
  debitCredits as debit,
  grantCredits as grant,
  placeHold as hold,
  refundDebit as refund,
} from './commands.ts';
export const OPEN: Command = openAccount();

export interface SampleLedger {
  readonly ledger: Ledger;
  /** Makes one change of an account; the id is the caller's. */
  readonly change: (accountId: string, id: string, command: Command) => Promise<ChangeOutcome>;
  /** Moves the clock. */
  readonly pass: (ms: number) => void;
  readonly available: (accountId: string) => Promise<bigint>;
}

/** A ledger with the default rate card, a clock that stands still until it is moved, and ids that count. */
export async function openSampleLedger(store: Store): Promise<SampleLedger> {
  let nowMs = START_MS;
  let lastId = 0;
  const next = () => `id-${(lastId += 1)}`;
  const ledger = createLedger({ store, clock: { now: () => nowMs }, ids: { next, salt: next } });
  const change: SampleLedger['change'] = (accountId, id, command) =>
    ledger.change({ accountId, id, command, actor: null });
  await change(RATE_CARD_STREAM, 'open', OPEN);
  await change(RATE_CARD_STREAM, 'default', {
    kind: 'PublishRateCard',
    pools: DEFAULT_POOLS,
    actions: DEFAULT_ACTIONS,
  });
  return {
    ledger,
    change,
    pass: (ms) => {
      nowMs += ms;
    },
    available: async (accountId) => {
      const state = await ledger.account(accountId);
      return state?.pools.reduce((sum, pool) => sum + pool.settledMicros - pool.heldMicros, 0n) ?? 0n;
    },
  };
}
