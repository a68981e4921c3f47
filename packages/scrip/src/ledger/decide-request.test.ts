import { describe, expect, it } from 'vitest';
import { CARD, HOUR_MS, START_MS } from '../../../../test/support/account-scenario.ts';
import {
  CREDIT,
  debitCredits,
  grantCredits,
  openAccount,
  placeHold,
  refundDebit,
  releaseHold,
} from '../../../../test/support/commands.ts';
import type { Command } from '../core/command.ts';
import { decideRequest } from './decide-request.ts';
import { CHAIN_START, chainHash, fingerprintOf, personalDigest } from './digest.ts';
import type { ChainedState, ChangeRequest, Personal, RecordedEntry } from './store.ts';

const facts = { rateCards: [CARD], referred: null, isKeyTaken: false };

function requestOf(id: string, command: Command, personal: Personal | null = null): ChangeRequest {
  const digest = personal === null ? null : personalDigest(personal);
  const change = { id, fingerprint: fingerprintOf(command), personalDigest: digest, actor: null };
  return { accountId: 'acme', change, command, personal };
}

function decideAt(account: ChainedState | null, clockMs: number, request: ChangeRequest) {
  return decideRequest(request, { account, prior: null, facts }, clockMs);
}

/** An account of 10 credits that end in two hours, with a hold of 4 for an hour. */
function openAccountWithHold(): ChainedState {
  let account: ChainedState | null = null;
  for (const [id, command] of Object.entries({
    open: openAccount(),
    grant: grantCredits(10n, { expiresAtMs: START_MS + 2 * HOUR_MS }),
    hold: placeHold(4n, { ttlSeconds: 3600 }),
  }))
    account = decideAt(account, START_MS, requestOf(id, command)).next;
  if (account === null) throw new Error('the account did not open');
  return account;
}

describe('a request', () => {
  it('appends what time did, each thing at its due time, and then its own entry', () => {
    const { entries, next, outcome } = decideAt(
      openAccountWithHold(),
      START_MS + 3 * HOUR_MS,
      requestOf('top-up', grantCredits(1n)),
    );
    expect(
      entries.map(({ entry }) => [entry.version, entry.kind, (entry.atMs - START_MS) / HOUR_MS]),
    ).toEqual([
      [4, 'HoldExpired', 1],
      [5, 'LotExpired', 2],
      [6, 'CreditsGranted', 3],
    ]);
    expect(outcome).toMatchObject({ ok: true, replayed: false, entry: { version: 6 } });
    expect(next?.state).toMatchObject({ version: 6, pools: [{ settledMicros: CREDIT }] });
  });

  it('chains every entry to the one before it', () => {
    const before = openAccountWithHold();
    const { entries, next } = decideAt(before, START_MS + 3 * HOUR_MS, requestOf('top-up', grantCredits(1n)));
    let hash = before.hash;
    for (const appended of entries) {
      hash = chainHash(hash, { accountId: 'acme', version: appended.entry.version, body: appended.body });
      expect(appended.hash).toBe(hash);
    }
    expect(next?.hash).toBe(hash);
    const opened = decideAt(null, START_MS, requestOf('open', openAccount())).entries[0];
    expect(opened?.hash).toBe(
      chainHash(CHAIN_START, { accountId: 'acme', version: 1, body: opened?.body ?? '' }),
    );
  });

  it('that is refused appends nothing, not even what time did', () => {
    const refused = decideAt(
      openAccountWithHold(),
      START_MS + 3 * HOUR_MS,
      requestOf('debit', debitCredits(1n)),
    );
    expect(refused).toMatchObject({ entries: [], next: null, outcome: { ok: false } });
  });

  it('is recorded at the account’s time when the clock has gone back', () => {
    const account = openAccountWithHold();
    const { outcome } = decideAt(account, START_MS - HOUR_MS, requestOf('debit', debitCredits(1n)));
    expect(outcome).toMatchObject({ entry: { atMs: START_MS } });
  });

  it('keeps its name and metadata beside its own entry only', () => {
    const personal = { salt: 's', name: 'Zoë' };
    const command = { ...grantCredits(1n) };
    const { entries } = decideAt(
      openAccountWithHold(),
      START_MS + 3 * HOUR_MS,
      requestOf('g', command, personal),
    );
    expect(entries.map((one) => one.personal)).toEqual([null, null, personal]);
    expect(entries[2]?.body).not.toContain('Zoë');
    expect(entries[2]?.body).toContain(personalDigest(personal));
  });
});

describe('a request whose id has been used and forgotten', () => {
  const after = (account: ChainedState | null, id: string, command: Command) => {
    const { next } = decideAt(account, START_MS, requestOf(id, command));
    if (next === null) throw new Error(`${id} was refused`);
    return next;
  };
  const refusal = { ok: false, rejection: { code: 'idempotency-mismatch' } };

  it('makes no second hold while the first is open', () => {
    const account = openAccountWithHold();
    const again = requestOf('hold', placeHold(1n));
    expect(decideAt(account, START_MS, again)).toEqual({ outcome: refusal, entries: [], next: null });
    expect(decideAt(account, START_MS + HOUR_MS, again).outcome.ok).toBe(true);
    const released = after(account, 'release', releaseHold('hold'));
    expect(decideAt(released, START_MS, again).outcome.ok).toBe(true);
  });

  it('makes no second grant after the first was voided', () => {
    const account = openAccountWithHold();
    const voided = { ...account.state, voided: [{ grantId: 'gone', atMs: START_MS }] };
    const again = requestOf('gone', grantCredits(1n));
    expect(decideAt({ ...account, state: voided }, START_MS, again).outcome).toEqual(refusal);
    expect(decideAt(account, START_MS, again).outcome.ok).toBe(true);
    const refund = requestOf('gone', refundDebit('debit'));
    expect(decideAt({ ...account, state: voided }, START_MS, refund).outcome).toEqual(refusal);
    expect(decideAt(account, START_MS, refund).outcome).not.toEqual(refusal);
  });
});

describe('a request whose id has been used', () => {
  const personal = { salt: 'first', name: 'Zoë', metadata: { a: 1, b: 2 } };
  const first = requestOf('open', openAccount({ setsName: true, setsMetadata: true }), personal);
  const { entries } = decideAt(null, START_MS, first);
  const [prior] = entries;

  function again(request: ChangeRequest, changed: Partial<RecordedEntry> = {}) {
    if (prior === undefined) throw new Error('nothing was recorded');
    return decideRequest(
      request,
      { account: null, prior: { ...prior, ...changed }, facts },
      START_MS + HOUR_MS,
    );
  }

  it('gives the first outcome again, and appends nothing', () => {
    expect(again(first)).toEqual({
      outcome: { ok: true, entry: prior?.entry, personal, replayed: true },
      entries: [],
      next: null,
    });
  });

  it('compares names and metadata whatever their order and salt', () => {
    const reordered = { salt: 'second', metadata: { b: 2, a: 1 }, name: 'Zoë' };
    expect(again(requestOf('open', first.command, reordered)).outcome).toMatchObject({
      ok: true,
      replayed: true,
    });
  });

  it.each([
    ['another command', requestOf('open', openAccount({ timezone: 'Asia/Tokyo' }), personal)],
    ['another name', requestOf('open', first.command, { ...personal, name: 'Zoe' })],
    ['other metadata', requestOf('open', first.command, { ...personal, metadata: { a: 1, b: '2' } })],
    ['no name and metadata', requestOf('open', first.command)],
  ])('is refused with %s', (_, request) => {
    expect(again(request)).toEqual({
      outcome: { ok: false, rejection: { code: 'idempotency-mismatch' } },
      entries: [],
      next: null,
    });
  });

  it('still knows its command after the name and metadata have been erased', () => {
    expect(again(first, { personal: null }).outcome).toMatchObject({
      ok: true,
      personal: null,
      replayed: true,
    });
    expect(again(requestOf('open', openAccount(), personal), { personal: null }).outcome.ok).toBe(false);
  });
});
