import * as fc from 'fast-check';
import type { Charge, Command, GrantCredits } from '../../packages/scrip/src/core/command.ts';
import type { EntryKind } from '../../packages/scrip/src/core/entry.ts';
import type { AccountScenario } from './account-scenario.ts';
import { HOUR_MS } from './account-scenario.ts';
import {
  amountOf,
  captureHold,
  changeAccount,
  CREDIT,
  debitCredits,
  grantCredits,
  placeHold,
  quantityOf,
  refundDebit,
  releaseHold,
  setOverdraft,
  voidGrant,
} from './commands.ts';

/**
 * Random commands that meet one another: few pools and small amounts, so that lots are used up and overdrafts drawn on,
 * and times in whole hours, so that deadlines, expiries and periods often fall on the same instant.
 */

const pool = fc.constantFrom('standard', 'standard', 'standard', 'email');
const few = fc.bigInt({ min: 1n, max: 12n });
const hours = (min: number, max: number) => fc.integer({ min, max });

const charge: fc.Arbitrary<Charge> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(few, pool).map(([credits, of]) => amountOf(credits, of)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('sms', 'voice_call', 'search', 'half_check', 'included'), few)
      .map(([action, quantity]) => quantityOf(action, quantity)),
  },
);

interface GrantHours {
  readonly startsInHours: number | null;
  readonly endsInHours: number | null;
  readonly terms: GrantCredits;
}

const grant: fc.Arbitrary<GrantHours> = fc.record({
  startsInHours: fc.option(hours(-80, 80), { freq: 2 }),
  endsInHours: fc.option(fc.oneof(hours(1, 12), hours(1, 300)), { freq: 3 }),
  terms: fc
    .record({
      credits: fc.bigInt({ min: 1n, max: 15n }),
      pool,
      priority: hours(0, 1),
      every: fc.constantFrom(null, null, 'day' as const, 'week' as const, 'month' as const),
      rollover: fc.constantFrom('none' as const, 'all' as const, { maxMicros: 3n * CREDIT }),
    })
    .map(({ credits, every, ...terms }) =>
      grantCredits(credits, { ...terms, every, lotKind: every === null ? 'one-time' : 'recurring' }),
    ),
});

function grantAt({ startsInHours, endsInHours, terms }: GrantHours, nowMs: number): GrantCredits {
  const from = (inHours: number | null) => (inHours === null ? null : nowMs + inHours * HOUR_MS);
  return { ...terms, startsAtMs: from(startsInHours), expiresAtMs: from(endsInHours) };
}

const hold = fc
  .tuple(charge, fc.oneof(hours(1, 6), hours(1, 24)))
  .map(([one, ttl]) => placeHold(one, { ttlSeconds: ttl * 3600 }));
const overdraft = fc
  .tuple(fc.bigInt({ min: 0n, max: 15n }), pool)
  .map(([credits, of]) => setOverdraft(credits, of));
const timezone = fc
  .constantFrom('UTC', 'Asia/Kathmandu', 'America/New_York')
  .map((zone) => changeAccount({ timezone: zone }));

type Follow = (id: string) => Command;

const refund: fc.Arbitrary<Follow> = fc.option(few).map((part) => (id) => refundDebit(id, part));
const capture: fc.Arbitrary<Follow> = fc
  .record({ part: fc.option(few), byQuantity: fc.boolean(), allowExcess: fc.boolean() })
  .map(({ part, byQuantity, allowExcess }) => (id) => {
    const whole = captureHold(id, part, { allowExcess });
    return byQuantity ? { ...whole, amountMicros: null, quantityMicros: whole.amountMicros } : whole;
  });

/** One step of a random life of an account. `back` picks one of the last changes of some kinds. */
export type Step =
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'change'; readonly commandAt: (nowMs: number) => Command }
  | {
      readonly do: 'follow';
      readonly kinds: readonly EntryKind[];
      readonly back: number;
      readonly command: Follow;
    };

const wait = (arbitrary: fc.Arbitrary<number>) =>
  arbitrary.map((count): Step => ({ do: 'wait', hours: count }));
const change = (arbitrary: fc.Arbitrary<(nowMs: number) => Command>) =>
  arbitrary.map((commandAt): Step => ({ do: 'change', commandAt }));
const follow = (kinds: readonly EntryKind[], commands: fc.Arbitrary<Follow>) =>
  fc
    .tuple(fc.nat({ max: 5 }), commands)
    .map(([back, command]): Step => ({ do: 'follow', kinds, back, command }));

const debit = fc.tuple(charge, fc.option(hours(-1, 850))).map(
  ([one, hoursAgo]) =>
    (nowMs: number) =>
      debitCredits(one, hoursAgo === null ? null : nowMs - hoursAgo * HOUR_MS),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: wait(fc.oneof(hours(0, 4), hours(0, 12), hours(-6, 80), hours(-6, 900))) },
  { weight: 6, arbitrary: change(grant.map((one) => (nowMs) => grantAt(one, nowMs))) },
  { weight: 6, arbitrary: change(debit) },
  { weight: 7, arbitrary: change(hold.map((command) => () => command)) },
  { weight: 5, arbitrary: follow(['CreditsDebited', 'HoldCaptured'], refund) },
  { weight: 5, arbitrary: follow(['HoldPlaced'], capture) },
  { weight: 3, arbitrary: follow(['HoldPlaced'], fc.constant(releaseHold)) },
  { weight: 1, arbitrary: follow(['CreditsGranted'], fc.constant(voidGrant)) },
  { weight: 2, arbitrary: change(overdraft.map((command) => () => command)) },
  { weight: 1, arbitrary: change(timezone.map((command) => () => command)) },
);

export const randomLife: fc.Arbitrary<readonly Step[]> = fc.array(step, {
  minLength: 10,
  maxLength: 80,
  size: 'max',
});

/** Takes a step: moves the clock, or gives the command that it asks for. */
export function takeStep(one: Step, account: AccountScenario): Command | null {
  switch (one.do) {
    case 'wait':
      account.nowMs += one.hours * HOUR_MS;
      return null;
    case 'change':
      return one.commandAt(account.nowMs);
    case 'follow': {
      const changes = account.entries.filter(({ kind }) => one.kinds.includes(kind));
      const id = (changes.at(-1 - one.back) ?? changes.at(-1))?.change?.id;
      return id === undefined ? null : one.command(id);
    }
  }
}

/** A command with an id, such as many callers send at once. */
export interface RandomCall {
  readonly id: string;
  readonly commandAt: (nowMs: number) => Command;
}

const idOf = (kind: string) => fc.nat({ max: 5 }).map((number) => `${kind}-${number}`);
const anyId = fc.constantFrom('grant', 'debit', 'hold', 'capture', 'refund', 'other').chain(idOf);
/** Mostly an id of the kind, so that changes find what they follow; sometimes another's, so that they collide. */
const mostly = (...kinds: string[]) =>
  fc.oneof({ weight: 7, arbitrary: fc.constantFrom(...kinds).chain(idOf) }, { weight: 1, arbitrary: anyId });

const calling = (kind: string, commands: fc.Arbitrary<(nowMs: number) => Command>) =>
  fc.record({ id: mostly(kind), commandAt: commands });
const following = (kind: string, followed: fc.Arbitrary<string>, commands: fc.Arbitrary<Follow>) =>
  calling(
    kind,
    fc.tuple(followed, commands).map(
      ([id, command]) =>
        () =>
          command(id),
    ),
  );

export const randomCall: fc.Arbitrary<RandomCall> = fc.oneof(
  {
    weight: 3,
    arbitrary: calling(
      'grant',
      grant.map((one) => (nowMs) => grantAt(one, nowMs)),
    ),
  },
  { weight: 4, arbitrary: calling('debit', debit) },
  {
    weight: 4,
    arbitrary: calling(
      'hold',
      hold.map((command) => () => command),
    ),
  },
  { weight: 3, arbitrary: following('capture', mostly('hold'), capture) },
  { weight: 2, arbitrary: following('other', mostly('hold'), fc.constant(releaseHold)) },
  { weight: 3, arbitrary: following('refund', mostly('debit', 'capture'), refund) },
  { weight: 1, arbitrary: following('other', mostly('grant'), fc.constant(voidGrant)) },
  {
    weight: 1,
    arbitrary: calling(
      'other',
      fc.oneof(overdraft, timezone).map((command) => () => command),
    ),
  },
);
