import { expect, it } from 'vitest';
import { CARD, HOUR_MS, START_MS } from '../../../../test/support/account-scenario.ts';
import { debitCredits, grantCredits, openAccount } from '../../../../test/support/commands.ts';
import type { AccountState } from '../core/account.ts';
import { RATE_CARD_STREAM } from '../core/account.ts';
import { nextEntry } from '../core/advance.ts';
import type { Command } from '../core/command.ts';
import { decide } from '../core/decide.ts';
import type { Entry } from '../core/entry.ts';
import { encodeEntry } from '../core/entry-format.ts';
import { evolve } from '../core/evolve.ts';
import { createChainVerifier } from './chain-verifier.ts';
import { CHAIN_START, chainHash, linkOf } from './digest.ts';

/** The account that the rate card is published in, as far as it is asked for here. */
const PRICES = { id: RATE_CARD_STREAM, version: 1, rateCards: [CARD] } as unknown as AccountState;

/** An account that is decided on as it stands: nobody looks whether time has done something to it. */
function createForger() {
  const entries: Entry[] = [];
  let state: AccountState | null = null;
  const add = (entry: Entry) => {
    entries.push(entry);
    state = evolve(state, entry);
  };
  return {
    entries,
    pass: (nowMs: number) => {
      const due = state === null ? null : nextEntry(state, nowMs);
      if (due !== null) add(due);
    },
    change: (nowMs: number, command: Command) => {
      const change = {
        id: `change-${entries.length}`,
        fingerprint: 'f'.repeat(32),
        personalDigest: null,
        actor: null,
      };
      const facts = { rateCards: [CARD], referred: null, isKeyTaken: false };
      const decision = decide(command, { accountId: 'acme', state, change, nowMs, facts });
      if (!decision.ok) throw new Error(decision.rejection.code);
      add(decision.entry);
    },
  };
}

/** What is wrong with the first entry that is; null when none is. */
function flawOf(entries: readonly Entry[]): string | null {
  const verifier = createChainVerifier({
    from: (accountId) => (accountId === RATE_CARD_STREAM ? { state: PRICES, hash: CHAIN_START } : null),
    entryAt: () => null,
  });
  let hash = CHAIN_START;
  for (const [index, entry] of entries.entries()) {
    const stored = { accountId: entry.accountId, version: entry.version, body: encodeEntry(entry) };
    hash = chainHash(hash, stored);
    const found = verifier.add({ position: index + 1, ...stored, hash, link: linkOf(stored) }, null);
    if (typeof found === 'string') return found;
  }
  return null;
}

it.each([
  ['is missed, when only debits came since its end was known', false],
  ['is right where it stands', true],
])('an expiry %s', (_what, isThere) => {
  const { entries, change, pass } = createForger();
  change(START_MS, openAccount());
  change(START_MS, grantCredits(10n, { expiresAtMs: START_MS + HOUR_MS }));
  change(START_MS, grantCredits(10n));
  for (let minute = 1; minute < 5; minute += 1) change(START_MS + minute, debitCredits(1n));
  if (isThere) pass(START_MS + 2 * HOUR_MS);
  change(START_MS + 2 * HOUR_MS, debitCredits(1n));
  const due = new Date(START_MS + HOUR_MS).toISOString();
  expect(flawOf(entries)).toBe(isThere ? null : `what was due at ${due} is missing before it`);
});
