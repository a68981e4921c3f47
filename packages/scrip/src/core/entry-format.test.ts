import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CARD, openScenario } from '../../../../test/support/account-scenario.ts';
import { createJournalCheck } from '../../../../test/support/check-journal.ts';
import {
  CREDIT,
  debitCredits,
  grantCredits,
  grantRecurring,
  placeHold,
} from '../../../../test/support/commands.ts';
import type { AccountState } from './account.ts';
import type { Entry, EntryKind } from './entry.ts';
import { decode, decodeEntry, decodeState, encode, encodeEntry, encodeState } from './entry-format.ts';
import { evolve } from './evolve.ts';
import { eachHold } from './hold-tree.ts';

/** Lines of a journal as each format wrote them, in the order of their versions. They must stay readable for ever. */
const linesOf = (format: number) =>
  readFileSync(join(import.meta.dirname, `../../../../test/golden/entries-format-${format}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((body, index) => ({ accountId: 'acme', version: index + 1, body }));
const golden = linesOf(3);

const KINDS: Record<EntryKind, true> = {
  AccountOpened: true,
  AccountChanged: true,
  AccountClosed: true,
  PersonalDataErased: true,
  KeyAdded: true,
  KeyRevoked: true,
  CreditsGranted: true,
  PeriodStarted: true,
  LotExpired: true,
  GrantVoided: true,
  CreditsDebited: true,
  DebitRefunded: true,
  HoldPlaced: true,
  HoldCaptured: true,
  HoldReleased: true,
  HoldExpired: true,
  RateCardPublished: true,
};

/** The account that both files make. */
const MADE = {
  timezone: 'Asia/Kathmandu',
  closedAtMs: Date.parse('2026-04-19T12:00:00Z'),
  pools: [
    { pool: 'standard', settledMicros: 16_500_000n, heldMicros: 0n, overdraftMicros: 0n },
    { pool: 'email', settledMicros: 10_000_000n, heldMicros: 0n },
  ],
  series: [],
  voided: [{ grantId: 'plan-all' }],
  rateCards: [{ version: 1, actions: { letter: { amountMicros: 850_000n } } }],
};

describe('entries of format 3', () => {
  it.each(golden.map((stored) => [stored.version, stored] as const))(
    'can be read, and written again to the same bytes: line %s',
    (version, stored) => {
      const entry = decodeEntry(stored);
      expect(entry).toMatchObject({ accountId: 'acme', version });
      expect(encodeEntry(entry)).toBe(stored.body);
    },
  );

  it('are all kinds that there are, with and without a change, and with every form of rollover', () => {
    const entries = golden.map(decodeEntry);
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(Object.keys(KINDS)));
    expect(new Set(entries.map(({ change }) => change === null))).toEqual(new Set([true, false]));
    const rollovers = entries.map((entry) => (entry.kind === 'CreditsGranted' ? entry.rollover : null));
    expect(rollovers).toEqual(expect.arrayContaining(['none', 'all', { maxMicros: 2_500_000n }]));
  });

  it('make the account that they made when they were written', () => {
    const journal = createJournalCheck(CARD);
    let state: AccountState | null = null;
    const states: (AccountState | null)[] = [null];
    for (const entry of golden.map(decodeEntry)) {
      journal.add(entry);
      state = evolve(state, entry);
      states.push(state);
    }
    expect(state).toMatchObject({ ...MADE, version: 37, nameVersion: null, metadataVersion: null });
    expect(state).toMatchObject({ erasedVersion: 37, keys: [{ id: 'key-1' }, { id: 'key-3' }] });
    expect(states[36]?.keys).toMatchObject([{ nameVersion: 3 }, { nameVersion: null }]);
    expect(state?.pools[0]?.lots).toMatchObject([
      { grantId: 'plan-max', freeMicros: 12_500_000n },
      { grantId: 'refund-overdrawn', freeMicros: 2_500_000n },
      { grantId: 'repays-more', freeMicros: 1_500_000n },
    ]);
  });
});

describe('entries of format 2', () => {
  it('are those of today, but for the text of debits', () => {
    const old = linesOf(2);
    expect(old.map(decodeEntry)).toEqual(golden.map(decodeEntry));
    expect(old.map((stored) => encodeEntry(decodeEntry(stored)))).toEqual(golden.map(({ body }) => body));
  });
});

describe('entries of format 1', () => {
  const old = linesOf(1);

  it.each(old.map((stored) => [stored.version, stored] as const))(
    'can be read, and are written in today’s format with the same members: line %s',
    (version, stored) => {
      const entry = decodeEntry(stored);
      expect(entry).toMatchObject({ accountId: 'acme', version });
      const { accountId: _accountId, version: _version, ...members } = entry;
      expect(encode({ format: 1, ...members })).toBe(stored.body);
      expect(decodeEntry({ ...stored, body: encodeEntry(entry) })).toEqual(entry);
    },
  );

  it('make the account that they made when they were written, and keep the names that stand in them', () => {
    const entries = old.map(decodeEntry);
    const state = entries.reduce<AccountState | null>(evolve, null);
    expect(state).toMatchObject({ ...MADE, version: 36, erasedVersion: null });
    expect(state?.keys).toMatchObject([
      { id: 'key-1', nameVersion: 3 },
      { id: 'key-3', nameVersion: null },
    ]);
    expect(entries[2]).toMatchObject({ kind: 'KeyAdded', name: 'Büro "Süd"' });
    expect(entries[5]).toMatchObject({
      kind: 'CreditsGranted',
      note: expect.stringContaining('Erste Aufladung'),
    });
  });
});

describe('a stored entry', () => {
  const [first] = golden;
  const body = first?.body ?? '';

  it('says its format, and has its account and version beside it', () => {
    expect(JSON.parse(body)).toMatchObject({ format: 2 });
    expect(JSON.parse(golden.find((stored) => stored.body.startsWith('['))?.body ?? '')).toHaveProperty(
      '0',
      3,
    );
    expect(JSON.parse(body)).not.toHaveProperty('accountId');
    expect(JSON.parse(body)).not.toHaveProperty('version');
  });

  it.each(['3', '"2"', 'null'])('of format %s is refused in words', (format) => {
    const stored = { accountId: 'acme', version: 1, body: body.replace('"format":2', `"format":${format}`) };
    expect(() => decodeEntry(stored)).toThrow('is not known to this version of Scrip');
    const state = encodeState(openScenario().stored()).replace('"format":2', `"format":${format}`);
    expect(() => decodeState(state)).toThrow('is not known to this version of Scrip');
  });

  it.each(['', '{', 'null', '[]', '7', '[4,"CreditsDebited"]'])('whose text is %j is refused', (text) => {
    expect(() => decodeEntry({ accountId: 'acme', version: 1, body: text })).toThrow(/JSON|format/);
  });
});

describe('a stored state', () => {
  it('gives the account back with all its holds, whatever way they were placed', () => {
    const account = openScenario();
    account.accept(grantCredits(1000n));
    account.accept(grantRecurring(5n, { rollover: { maxMicros: CREDIT } }));
    for (let count = 0; count < 100; count += 1)
      account.accept(placeHold(1n, { ttlSeconds: 900 + ((count * 37) % 100) }), `hold-${(count * 61) % 100}`);
    const state = account.stored();
    const read = decodeState(encodeState(state));
    expect({ ...read, holds: null }).toEqual({ ...state, holds: null });
    expect([...eachHold(read.holds)]).toEqual([...eachHold(state.holds)]);
    expect(read.holds).toMatchObject({ size: 100, first: state.holds?.first });
    expect(encodeState(read)).toBe(encodeState(state));
  });
});

describe('the stored text', () => {
  it('keeps every amount to the last micro, beyond what a float can hold', () => {
    const value = {
      amountMicros: 2n ** 63n - 1n,
      nested: [{ maxMicros: 9_007_199_254_740_993n }],
      perMicros: -1n,
    };
    expect(encode(value)).toBe(
      '{"amountMicros":"9223372036854775807","nested":[{"maxMicros":"9007199254740993"}],"perMicros":"-1"}',
    );
    expect(decode(encode(value))).toEqual(value);
  });

  it('is JSON as JSON.stringify writes it, for whatever holds no amount', () => {
    const value = fc.jsonValue({ noUnicodeString: false });
    fc.assert(
      fc.property(value, (value) => {
        const text = JSON.stringify(value);
        expect(encode(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('is one line, whatever the strings in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const encoded = encode({ [text]: text });
        expect(encoded).toBe(JSON.stringify({ [text]: text }));
        expect(encoded).not.toMatch(/[\n\r]/);
      }),
    );
  });

  it('leaves out members that are undefined, and refuses what JSON does not have', () => {
    expect(encode({ a: undefined, b: 1, c: undefined })).toBe('{"b":1}');
    expect(() => encode([undefined])).toThrow('a undefined cannot be stored');
    expect(() => encode({ a: () => 1 })).toThrow('a function cannot be stored');
    for (const number of [NaN, Infinity, -Infinity])
      expect(() => encode({ atMs: number })).toThrow(`${number} cannot be stored`);
  });

  it('keeps actions whatever they are called', () => {
    const actions = JSON.parse(
      '{"__proto__":{"amountMicros":"1"},"toMicros":{"amountMicros":"2"}}',
    ) as object;
    const read = decode(encode({ actions })) as { actions: Record<string, unknown> };
    expect(Object.keys(read.actions)).toEqual(['__proto__', 'toMicros']);
    expect(Object.getOwnPropertyDescriptor(read.actions, '__proto__')?.value).toEqual({ amountMicros: 1n });
  });

  it('of an entry and of what it was read from are the same, also with names of every script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (name, id) => {
        const account = openScenario();
        account.accept(grantCredits(1n));
        const live: Entry = account.accept(debitCredits(1n), `${name}-${id}`);
        const stored = { accountId: live.accountId, version: live.version, body: encodeEntry(live) };
        expect(decodeEntry(stored)).toEqual(live);
        expect(encodeEntry(decodeEntry(stored))).toBe(stored.body);
      }),
    );
  });
});
