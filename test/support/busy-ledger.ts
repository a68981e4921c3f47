import { RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import { DEFAULT_ACTIONS, DEFAULT_POOLS } from '../../packages/scrip/src/config/default-catalog.ts';
import { createLedger } from '../../packages/scrip/src/ledger/ledger.ts';
import type { Store } from '../../packages/scrip/src/ledger/store.ts';
import {
  captureHold,
  debitCredits,
  grantCredits,
  grantRecurring,
  openAccount,
  placeHold,
  quantityOf,
  refundDebit,
  releaseHold,
  setOverdraft,
} from './commands.ts';

const BATCH_CHANGES = 2000;
const START_MS = Date.parse('2026-01-05T08:00:00.000Z');
const DAY_MS = 86_400_000;
const ACTIONS = [
  'sms',
  'voice_call',
  'transcription',
  'speech',
  'search',
  'enrich',
  'lookup',
  'ai_processing',
];

export interface BusyOptions {
  readonly changes: number;
  readonly accounts: number;
  /** How much of the made-up clock's time they take. */
  readonly days: number;
  /** After so many changes, none of which is under way. */
  readonly onBatch?: (made: number) => Promise<void> | void;
}

interface Life {
  readonly id: string;
  readonly debits: string[];
  readonly holds: string[];
}

/**
 * Makes a realistic mix of changes, as fast as the store takes them: mostly debits by action, some holds with their
 * ends, refunds, packs that expire and monthly grants. The same options make the same changes; the clock is a made-up
 * one. Returns how many were refused, for lack of credits or of what they speak of.
 */
export async function fillBusily(
  store: Store,
  { changes, accounts, days, onBatch = () => {} }: BusyOptions,
): Promise<number> {
  const stepMs = Math.max(1, Math.round((days * DAY_MS) / changes));
  const random = createRandom(7);
  let nowMs = START_MS;
  let lastId = 0;
  let refused = 0;
  const nextId = () => `${(0x10000000 + Math.floor(random() * 0xe0000000)).toString(16)}-${(lastId += 1)}`;
  const ledger = createLedger({
    store,
    clock: { now: () => (nowMs += stepMs) },
    ids: { next: nextId, salt: () => nextId().padEnd(32, '0') },
    defer: setImmediate,
  });

  async function change(accountId: string, id: string, command: Command, metadata?: object): Promise<void> {
    const outcome = await ledger.change({
      accountId,
      id,
      command,
      actor: 'key-of-the-generator',
      ...(metadata === undefined ? {} : { metadata: metadata as Record<string, unknown> }),
    });
    if (!outcome.ok) refused += 1;
  }

  function openLife({ id }: Life, hasOverdraft: boolean): Promise<void>[] {
    return [
      change(id, 'open', openAccount({ setsName: true }), { plan: 'standard' }),
      change(id, 'pack', grantCredits(200_000n)),
      change(id, 'plan', grantRecurring(20_000n, { priority: 0 })),
      ...(hasOverdraft ? [change(id, 'overdraft', setOverdraft(100n))] : []),
    ];
  }

  /** What happens next to an account. */
  function nextChange({ id, debits, holds }: Life): Promise<void> {
    const dice = random();
    const changeId = nextId();
    const quantity = BigInt(1 + Math.floor(random() * 90));
    const charge = quantityOf(ACTIONS[Math.floor(random() * ACTIONS.length)] ?? 'sms', quantity);
    if (dice < 0.82) {
      debits.push(changeId);
      if (debits.length > 50) debits.shift();
      return change(id, changeId, debitCredits(charge), dice < 0.08 ? { job: changeId } : undefined);
    }
    if (dice < 0.88) {
      holds.push(changeId);
      return change(id, changeId, placeHold(charge, { ttlSeconds: 86_400 }));
    }
    const hold = holds.pop();
    if (dice < 0.94 && hold !== undefined)
      return change(id, changeId, dice < 0.93 ? captureHold(hold) : releaseHold(hold));
    const debit = debits[Math.floor(random() * debits.length)];
    if (dice < 0.98 && debit !== undefined) return change(id, changeId, refundDebit(debit));
    // As many credits come in as go out, so that an account has some lots and not thousands.
    if (dice < 0.996) return change(id, changeId, debitCredits(charge));
    const expiresAtMs = dice < 0.998 ? nowMs + 20 * DAY_MS : null;
    return change(id, changeId, grantCredits(3000n, { expiresAtMs }));
  }

  await change(RATE_CARD_STREAM, 'open', openAccount());
  const published: Command = { kind: 'PublishRateCard', pools: DEFAULT_POOLS, actions: DEFAULT_ACTIONS };
  await change(RATE_CARD_STREAM, 'default', published);
  const lives = Array.from({ length: accounts }, (_, at): Life => ({
    id: busyId(at),
    debits: [],
    holds: [],
  }));
  let made = 0;
  while (made < changes) {
    const batch: Promise<void>[] = [];
    for (let at = 0; at < BATCH_CHANGES && made < changes; at += 1) {
      const opening = lives[made];
      // A few accounts have most of the traffic.
      const life = lives[Math.floor(random() ** 2 * accounts)];
      if (opening !== undefined) batch.push(...openLife(opening, made % 5 === 0));
      else if (life !== undefined) batch.push(nextChange(life));
      made += 1;
    }
    await Promise.all(batch);
    await onBatch(made);
  }
  return refused;
}

export function busyId(at: number): string {
  return `customer-${String(at).padStart(6, '0')}`;
}

/** Mulberry32: the same numbers in every run. */
function createRandom(start: number): () => number {
  let seed = start;
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
