import type { Rollover } from '../../packages/scrip/src/core/account.ts';
import type { Charge, Command, GrantCredits } from '../../packages/scrip/src/core/command.ts';
import type { EntryKind } from '../../packages/scrip/src/core/entry.ts';
import { HOUR_MS } from '../support/account-scenario.ts';
import {
  captureHold,
  changeAccount,
  CREDIT,
  debitCredits,
  grantCredits,
  openAccount,
  placeHold,
  quantityOf,
  refundDebit,
  releaseHold,
  setOverdraft,
  voidGrant,
} from '../support/commands.ts';
import type { AccountRecord } from './account-record.ts';
import { nextDue } from './due-oracle.ts';
import type { Random } from './random.ts';

/** What a random command may refer to. */
export interface Surroundings {
  readonly random: Random;
  readonly record: AccountRecord;
  readonly clockMs: number;
}

const ACTIONS = ['sms', 'voice_call', 'search', 'half_check', 'included', 'unheard_of'];
const ZONES = ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Europe/Paris'];
export const KEY_DIGESTS = ['one', 'two', 'three'];

function poolOf(random: Random): string {
  return random.weighted([
    [8, 'standard'],
    [2, 'email'],
    [0.1, 'nowhere'],
  ]);
}

/** Small amounts: accounts run dry, lots are used up, and overdrafts are drawn on. */
function amountMicros(random: Random, pool: string): bigint {
  const whole = BigInt(random.integer(1, 12)) * CREDIT;
  return pool === 'standard' && random.chance(20) ? whole - BigInt(random.integer(1, 999_999)) : whole;
}

function charge(random: Random): Charge {
  if (random.chance(25)) return quantityOf(random.pick(ACTIONS), BigInt(random.integer(1, 100)));
  const pool = poolOf(random);
  return { by: 'amount', pool, amountMicros: amountMicros(random, pool) };
}

/** A moment near now, often exactly one at which something else happens. */
function momentNear({ random, record, clockMs }: Surroundings): number {
  const due = nextDue(record.book)?.atMs;
  if (due !== undefined && random.chance(30)) return due;
  const hours = random.weighted([
    [4, random.integer(1, 6)],
    [3, random.integer(1, 48)],
    [1, random.integer(1, 900)],
  ]);
  return Math.floor(clockMs / HOUR_MS + hours) * HOUR_MS;
}

function grant(around: Surroundings): GrantCredits {
  const { random, clockMs } = around;
  const pool = poolOf(random);
  const every = random.chance(50) ? null : random.pick(['day', 'day', 'week', 'month', 'year'] as const);
  const rollover = random.pick<Rollover>(['none', 'all', { maxMicros: 3n * CREDIT }, { maxMicros: 0n }]);
  const startsAtMs = random.weighted<number | null>([
    [6, null],
    [2, clockMs - random.integer(0, 1000) * HOUR_MS],
    [2, momentNear(around)],
  ]);
  return grantCredits(1n, {
    pool,
    amountMicros: amountMicros(random, pool),
    lotKind: every === null ? 'one-time' : 'recurring',
    every,
    rollover,
    startsAtMs,
    expiresAtMs: random.chance(40) ? momentNear(around) : null,
    priority: random.weighted([
      [6, 0],
      [2, 1],
      [1, -3],
    ]),
  });
}

/** The id of one of the last changes of some kinds; of one that never was where there are none. */
function recent({ random, record }: Surroundings, kinds: readonly EntryKind[]): string {
  const ids = record.entries
    .slice(-60)
    .flatMap(({ kind, change }) => (kinds.includes(kind) && change !== null ? [change.id] : []));
  return ids.length === 0 || random.chance(2) ? 'never' : random.pick(ids.slice(-8));
}

function capture(around: Surroundings): Command {
  const { random } = around;
  const id = recent(around, ['HoldPlaced']);
  const allowExcess = random.chance(30);
  if (random.chance(40)) return captureHold(id, null, { allowExcess });
  const part = amountMicros(random, 'standard');
  return random.chance(25)
    ? captureHold(id, null, { quantityMicros: part, allowExcess })
    : captureHold(id, null, { amountMicros: part, allowExcess });
}

function refund(around: Surroundings): Command {
  const command = refundDebit(recent(around, ['CreditsDebited', 'HoldCaptured']));
  return around.random.chance(50)
    ? command
    : { ...command, amountMicros: amountMicros(around.random, 'standard') };
}

function hold(around: Surroundings): Command {
  const { random, clockMs } = around;
  const untilDue = Math.ceil((momentNear(around) - clockMs) / 1000);
  const ttlSeconds = random.chance(50)
    ? random.integer(1, 6) * 3600
    : Math.min(Math.max(untilDue, 1), 86_400);
  return placeHold(charge(random), { ttlSeconds });
}

function debit({ random, clockMs }: Surroundings): Command {
  return debitCredits(charge(random), random.chance(20) ? clockMs - random.integer(-1, 900) * HOUR_MS : null);
}

function terms({ random }: Surroundings): Command {
  return random.chance(60)
    ? setOverdraft(BigInt(random.integer(0, 15)), poolOf(random))
    : changeAccount({ timezone: random.pick(ZONES) });
}

function key({ random, record }: Surroundings): Command {
  const { keys } = record.states.at(-1) ?? { keys: [] };
  const held = random.chance(50) ? keys.at(-1) : undefined;
  if (held !== undefined) return { kind: 'RevokeKey', keyId: held.id };
  const digest = random.pick(KEY_DIGESTS);
  return { kind: 'AddKey', keyId: `key-${digest}`, digest, role: null };
}

const COMMANDS: readonly (readonly [number, (around: Surroundings) => Command])[] = [
  [5, grant],
  [8, debit],
  [7, hold],
  [5, capture],
  [3, (around) => releaseHold(recent(around, ['HoldPlaced']))],
  [4, refund],
  [1, (around) => voidGrant(recent(around, ['CreditsGranted']))],
  [1.5, terms],
  [1, key],
  [0.1, () => openAccount()],
  [0.3, () => ({ kind: 'ErasePersonalData' })],
  [0.05, () => ({ kind: 'CloseAccount' })],
];

export function randomCommand(around: Surroundings): Command {
  return around.random.weighted(COMMANDS)(around);
}
