import type { AccountState, PoolState } from '../../packages/scrip/src/core/account.ts';
import { findPool } from '../../packages/scrip/src/core/account.ts';
import { advance } from '../../packages/scrip/src/core/advance.ts';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import { referenceOf } from '../../packages/scrip/src/core/reference.ts';
import { decide } from '../../packages/scrip/src/core/decide.ts';
import type { Decision, Facts, Rejection } from '../../packages/scrip/src/core/decision.ts';
import type { Entry, EntryKind } from '../../packages/scrip/src/core/entry.ts';
import { continuedVersion } from '../../packages/scrip/src/core/entry.ts';
import { evolve } from '../../packages/scrip/src/core/evolve.ts';
import { drawnLots } from '../../packages/scrip/src/core/lots.ts';
import type { Price, RateCard } from '../../packages/scrip/src/core/rate-card.ts';
import { CREDIT, openAccount } from './commands.ts';

export const START_MS = Date.parse('2026-03-10T12:00:00.000Z');
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export function priceOfOne(pool: string, amountMicros: bigint, members: Partial<Price> = {}): Price {
  return {
    pool,
    amountMicros,
    perMicros: CREDIT,
    unit: 'call',
    rounding: 'exact',
    minimumMicros: 0n,
    ...members,
  };
}

/** A pool that divides to the micro, one of whole credits, and an action of each way of pricing. */
export const CARD: RateCard = {
  version: 1,
  publishedAtMs: START_MS,
  pools: [
    { id: 'standard', decimals: 6, unit: 'credits' },
    { id: 'email', decimals: 0, unit: 'credits' },
  ],
  actions: {
    sms: priceOfOne('standard', CREDIT),
    voice_call: priceOfOne('standard', 3n * CREDIT, { perMicros: 60n * CREDIT, rounding: 'started' }),
    search: priceOfOne('standard', CREDIT / 5n),
    check: priceOfOne('email', CREDIT),
    half_check: priceOfOne('email', CREDIT / 2n),
    included: priceOfOne('standard', 0n),
  },
};

export interface Attempt {
  readonly id?: string;
  readonly actor?: string | null;
  /** Some account has the key already that the command adds. */
  readonly isKeyTaken?: boolean;
}

/** One account with its journal and a clock that stands still until it is set. */
export interface AccountScenario {
  nowMs: number;
  rateCards: readonly RateCard[];
  readonly entries: Entry[];
  /** As the journal has it. */
  readonly stored: () => AccountState;
  /** Brought to the clock's time. */
  readonly state: () => AccountState;
  readonly pool: (pool?: string) => PoolState;
  readonly attempt: (command: Command, attempt?: Attempt) => Decision;
  /** The entry of a command that must be accepted. */
  readonly accept: <K extends EntryKind = EntryKind>(
    command: Command,
    id?: string,
  ) => Extract<Entry, { kind: K }>;
  /** The reason of a command that must be refused. */
  readonly refuse: (command: Command, id?: string) => Rejection;
  readonly last: <K extends EntryKind>(kind: K) => Extract<Entry, { kind: K }>;
}

/** The entries of an account, and what they make of it. */
function createJournal() {
  let account: AccountState | null = null;
  const entries: Entry[] = [];
  return {
    entries,
    account: () => account,
    stored: () => {
      if (account === null) throw new Error('the account is not open');
      return account;
    },
    append: (entry: Entry) => {
      entries.push(deepFreeze(entry));
      account = deepFreeze(evolve(account, entry));
    },
  };
}

/** Opens an account and takes its commands as a ledger does: advance, decide, evolve, and advance again. */
export function openScenario(opening = openAccount()): AccountScenario {
  let attempts = 0;
  const { entries, account, stored, append } = createJournal();

  const attempt: AccountScenario['attempt'] = (command, { id, actor = null, isKeyTaken = false } = {}) => {
    attempts += 1;
    const known = account();
    const nowMs = Math.max(scenario.nowMs, known?.atMs ?? 0);
    const before = known === null ? null : advance(known, nowMs);
    const decision = decide(command, {
      accountId: 'acme',
      state: before === null ? null : deepFreeze(before.state),
      change: { id: id ?? `change-${attempts}`, fingerprint: 'f'.repeat(32), personalDigest: null, actor },
      nowMs,
      facts: { rateCards: scenario.rateCards, referred: findReferred(command, entries), isKeyTaken },
    });
    if (!decision.ok) return decision;
    for (const entry of before?.entries ?? []) append(entry);
    append(decision.entry);
    for (const entry of advance(stored(), nowMs).entries) append(entry);
    return decision;
  };

  const state = () => advance(stored(), Math.max(scenario.nowMs, stored().atMs)).state;

  const scenario: AccountScenario = {
    nowMs: START_MS,
    rateCards: [CARD],
    entries,
    stored,
    state,
    pool: (pool = 'standard') => {
      const found = findPool(state(), pool);
      if (found === undefined) throw new Error(`there is no pool ${pool}`);
      return found;
    },
    attempt,
    accept: (command, id) => {
      const decision = attempt(command, id === undefined ? {} : { id });
      if (!decision.ok) throw new Error(`refused: ${decision.rejection.code}`);
      return decision.entry as never;
    },
    refuse: (command, id) => {
      const decision = attempt(command, id === undefined ? {} : { id });
      if (decision.ok) throw new Error(`accepted: ${decision.entry.kind}`);
      return decision.rejection;
    },
    last: (kind) => {
      const entry = entries.findLast((one) => one.kind === kind);
      if (entry === undefined) throw new Error(`there is no ${kind}`);
      return entry as never;
    },
  };
  scenario.accept(opening, 'open');
  return scenario;
}

/** What a store finds of the change that a command speaks of. */
function findReferred(command: Command, entries: readonly Entry[]): Facts['referred'] {
  const referredId = referenceOf(command)?.id ?? null;
  const entry = entries.find(({ change }) => referredId !== null && change?.id === referredId);
  if (entry === undefined) return null;
  return {
    entry,
    continuation: entries.findLast((one) => continuedVersion(one) === entry.version) ?? null,
    lotEntries: entries.filter(({ version }) => drawnLots(entry).includes(version)),
  };
}

/** What a decision shares with older states must never be changed in place: a frozen value throws when it is. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
