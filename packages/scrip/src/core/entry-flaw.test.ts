import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountScenario } from '../../../../test/support/account-scenario.ts';
import { HOUR_MS, openScenario } from '../../../../test/support/account-scenario.ts';
import {
  captureHold,
  CREDIT,
  debitCredits,
  grantCredits,
  grantRecurring,
  placeHold,
  quantityOf,
  refundDebit,
  releaseHold,
  setOverdraft,
  voidGrant,
} from '../../../../test/support/commands.ts';
import { randomLife, takeStep } from '../../../../test/support/random-commands.ts';
import type { AccountState } from './account.ts';
import type { Entry, EntryKind } from './entry.ts';
import { endFlaw, entryFlaw } from './entry-flaw.ts';
import { evolve } from './evolve.ts';

/** What is wrong with an entry on the account as the entries before it make it. */
function flawOf(account: AccountScenario, entry: Entry): string | null {
  const earlier = account.entries.slice(0, entry.version - 1);
  const before = earlier.reduce<AccountState | null>(evolve, null);
  return entryFlaw(before, entry, {
    quietUntilMs: -Infinity,
    rateCards: account.rateCards,
    entryAt: (version) => earlier[version - 1] ?? null,
    lastRefund: (debitVersion) =>
      earlier.findLast((one) => one.kind === 'DebitRefunded' && one.debitVersion === debitVersion) ?? null,
  });
}

/** An account that has had a change of every kind that credits know. */
function busyAccount(): AccountScenario {
  const account = openScenario();
  account.accept(setOverdraft(5n));
  account.accept(grantCredits(100n, { expiresAtMs: account.nowMs + 50 * HOUR_MS }), 'pack');
  account.accept(grantRecurring(20n, { every: 'day', rollover: { maxMicros: 3n * CREDIT } }), 'plan');
  account.accept(grantCredits(7n, { priority: 9 }), 'last');
  account.nowMs += HOUR_MS;
  account.accept(debitCredits(quantityOf('voice_call', 61n)), 'call');
  account.accept(debitCredits(30n), 'large');
  account.accept(placeHold(quantityOf('sms', 4n)), 'sending');
  account.accept(placeHold(9n), 'job');
  account.accept(placeHold(2n), 'left');
  account.accept(captureHold('sending', 3n));
  account.accept(releaseHold('job'));
  account.accept(refundDebit('large', 5n));
  account.accept(refundDebit('large', 2n));
  account.accept(voidGrant('last'));
  account.nowMs += 60 * HOUR_MS;
  account.accept(debitCredits(1n));
  return account;
}

const last = <K extends EntryKind>(kind: K) => {
  return (account: AccountScenario) => account.last(kind);
};

const planOf = (account: AccountScenario) =>
  account.entries.find((entry) => entry.change?.id === 'plan') as Entry;

/** An entry of the busy account, forged; and what must be said of it. */
const FORGERIES: readonly (readonly [
  what: string,
  entry: (account: AccountScenario) => Entry,
  forged: (entry: never) => object,
  flaw: RegExp,
])[] = [
  ['a lower price', (account) => account.entries[5] as Entry, cheaper, /amountMicros/],
  [
    'a price of another version',
    last('HoldPlaced'),
    () => ({ action: 'sms', rateCardVersion: 7 }),
    /quantity|amount|refused/,
  ],
  [
    'another lot',
    last('CreditsDebited'),
    (entry: { draws: object[] }) => ({ draws: [{ ...entry.draws[0], lot: 3 }] }),
    /draws/,
  ],
  ['a total of its own', last('CreditsDebited'), () => ({ settledMicros: 1n }), /settledMicros/],
  ['a held total of its own', last('HoldReleased'), () => ({ heldMicros: 1n }), /heldMicros/],
  ['a member too many', last('CreditsDebited'), () => ({ gift: 1 }), /gift/],
  ['an earlier time', last('GrantVoided'), () => ({ atMs: 0 }), /time lies before/],
  ['a time at which more was due', last('GrantVoided'), () => ({ atMs: Date.UTC(2030, 1) }), /was due/],
  [
    'time’s own entry too early',
    last('LotExpired'),
    (entry: Entry) => ({ atMs: entry.atMs - HOUR_MS }),
    /time|due/,
  ],
  [
    'time’s own entry by a caller',
    last('LotExpired'),
    (entry: Entry) => ({ change: { id: 'x' }, atMs: entry.atMs - 1 }),
    /caller/,
  ],
  ['an expiry of less', last('LotExpired'), () => ({ amountMicros: 1n }), /amountMicros/],
  ['a period of more', last('PeriodStarted'), () => ({ amountMicros: 99n * CREDIT }), /amountMicros/],
  [
    'a period that does not end',
    last('PeriodStarted'),
    () => ({ nextAtMs: null, expiresAtMs: null }),
    /AtMs/,
  ],
  ['a lot of a period for good', last('PeriodStarted'), () => ({ expiresAtMs: null }), /expiresAtMs/],
  [
    'a next period far too soon',
    last('PeriodStarted'),
    (entry: { nextAtMs: number }) => ({ nextAtMs: entry.nextAtMs - 27 * HOUR_MS }),
    /nextAtMs/,
  ],
  ['a recurring grant that ends', planOf, () => ({ nextAtMs: null }), /nextAtMs/],
  ['a recurring grant of other periods', planOf, () => ({ nextIndex: 2 }), /nextIndex/],
  [
    'a recurring grant whose lot stays',
    planOf,
    (entry: { lot: object }) => ({ lot: { ...entry.lot, expiresAtMs: null } }),
    /expiresAtMs/,
  ],
  ['more carried on than may be', last('PeriodStarted'), () => ({ carried: null }), /carried/],
  ['a hold’s end of less', last('HoldExpired'), () => ({ amountMicros: 1n }), /amountMicros/],
  ['a hold that is not open', last('HoldReleased'), () => ({ holdId: 'sending' }), /hold-not-found/],
  [
    'a capture of more',
    last('HoldCaptured'),
    () => ({ amountMicros: 4n * CREDIT }),
    /draws|settledMicros|fromHold/,
  ],
  ['a refund of more', last('DebitRefunded'), () => ({ amountMicros: 26n * CREDIT }), /refund-exceeds-debit/],
  [
    'a refund as if it were the first',
    last('DebitRefunded'),
    () => ({ refundedMicros: 2n * CREDIT }),
    /refundedMicros/,
  ],
  ['a refund of another debit', last('DebitRefunded'), () => ({ debitVersion: 6 }), /debit-not-found/],
  [
    'a refund to another lot',
    last('DebitRefunded'),
    (entry: { returned: object[] }) => ({ returned: [{ ...entry.returned[0], lot: 4 }] }),
    /returned/,
  ],
  ['a second void', last('GrantVoided'), () => ({ grantId: 'pack' }), /grant-not-found/],
  ['a void of less', last('GrantVoided'), () => ({ amountMicros: 1n, draws: [] }), /amountMicros|draws/],
  [
    'a grant that repays nothing',
    last('CreditsGranted'),
    () => ({ lot: { expiresAtMs: null, repaidMicros: 1n } }),
    /repaidMicros/,
  ],
  ['no id of a change', last('CreditsDebited'), () => ({ change: null }), /due/],
  [
    'a rate card of its own',
    last('GrantVoided'),
    () => ({ kind: 'RateCardPublished', pools: [], actions: {} }),
    /stream of its own/,
  ],
  [
    'a closing that says more',
    last('GrantVoided'),
    () => ({ kind: 'AccountClosed' }),
    /amountMicros|pool|settled/,
  ],
];

function cheaper(entry: { amountMicros: bigint; settledMicros: bigint; draws: { amountMicros: bigint }[] }) {
  const less = 5n * CREDIT;
  return {
    amountMicros: entry.amountMicros - less,
    settledMicros: entry.settledMicros + less,
    draws: entry.draws.map((draw) => ({ ...draw, amountMicros: draw.amountMicros - less })),
  };
}

describe('an entry', () => {
  it('of a random life has no flaw, nor has the account after it', () => {
    fc.assert(
      fc.property(randomLife, (steps) => {
        const account = openScenario();
        for (const step of steps) {
          const command = takeStep(step, account);
          if (command !== null) account.attempt(command);
        }
        for (const entry of account.entries) expect(flawOf(account, entry), entry.kind).toBeNull();
        expect(endFlaw(account.stored())).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it('of a busy account has no flaw', () => {
    const account = busyAccount();
    for (const entry of account.entries) expect(flawOf(account, entry), entry.kind).toBeNull();
  });

  it.each(FORGERIES)('that was forged to have %s is found', (_what, find, forge, flaw) => {
    const account = busyAccount();
    const entry = find(account);
    const forged = { ...entry, ...forge(entry as never) } as Entry;
    expect(flawOf(account, forged)).toMatch(flaw);
  });

  it('of a period may end an hour off, by the rules of the time zone of then', () => {
    const account = busyAccount();
    const { nextAtMs, expiresAtMs, ...period } = account.last('PeriodStarted');
    const hourLater = (instant: number | null) => (instant === null ? null : instant + HOUR_MS);
    const then = { ...period, nextAtMs: hourLater(nextAtMs), expiresAtMs: hourLater(expiresAtMs) };
    expect(flawOf(account, then)).toBeNull();
  });

  it('that must follow at once is missed after the last', () => {
    const account = openScenario();
    account.accept(grantCredits(5n, { expiresAtMs: account.nowMs + HOUR_MS }), 'pack');
    account.accept(debitCredits(2n), 'debit');
    account.nowMs += 2 * HOUR_MS;
    account.accept(refundDebit('debit'));
    // What returned to the ended lot expires at once, in an entry of its own; here it is cut off.
    const cut = account.entries.slice(0, -1).reduce<AccountState | null>(evolve, null) as AccountState;
    expect(account.entries.at(-1)?.kind).toBe('LotExpired');
    expect(endFlaw(cut)).toMatch(/was due .* is missing after it/);
  });

  it('of a debit is held to the rate card that was current, not to any other', () => {
    const account = openScenario();
    account.accept(grantCredits(5n));
    const debit = account.accept(debitCredits(quantityOf('sms', 1n)));
    const [card] = account.rateCards;
    if (card === undefined) throw new Error('there is no rate card');
    account.rateCards = [card, { ...card, version: 2 }];
    expect(flawOf(account, debit)).toMatch(/rateCardVersion/);
  });
});
