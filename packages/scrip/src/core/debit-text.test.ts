import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CreditsDebited } from './entry.ts';
import { decodeDebit, readPlainDebit } from './debit-text.ts';
import { encodeEntry } from './entry-format.ts';

const odd = fc.oneof(fc.constantFrom('a "quoted" one', 'c:\\temp', 'Ünïcode ☎', '\u0007', ''), fc.string());
const text = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('sms', 'acme-1') },
  { weight: 1, arbitrary: odd },
);
const count = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 9));
const micros = fc.oneof(
  { weight: 20, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 18n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -9n, max: 2n ** 64n }) },
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const debit: fc.Arbitrary<CreditsDebited> = fc.record({
  accountId: fc.constant('acme'),
  version: fc.integer({ min: 1, max: 9 }),
  kind: fc.constant('CreditsDebited'),
  atMs: count,
  change: fc.record({ id: text, fingerprint: text, personalDigest: orNull(text), actor: orNull(text) }),
  pool: text,
  amountMicros: micros,
  action: orNull(text),
  quantityMicros: orNull(micros),
  rateCardVersion: orNull(count),
  settledMicros: micros,
  heldMicros: micros,
  occurredAtMs: orNull(count),
  draws: fc.array(fc.record({ lot: count, grantId: text, amountMicros: micros }), {
    minLength: 1,
    maxLength: 2,
  }),
});

const PLAIN_TEXT =
  '[3,"CreditsDebited",5,"a","f",null,"k","standard","3",null,null,null,"7","0",null,2,"g","3"]';

describe('the text of a debit', () => {
  it('gives the debit back, in the order in which its members are made', () => {
    let plain = 0;
    fc.assert(
      fc.property(debit, (entry) => {
        const { accountId, version } = entry;
        const body = encodeEntry(entry);
        expect(JSON.stringify(JSON.parse(body))).toBe(body);
        const read = decodeDebit(accountId, version, body);
        expect(read).toEqual(entry);
        expect(Object.keys(read ?? {})).toEqual(Object.keys(entry));
        const readPlain = readPlainDebit(accountId, version, body);
        if (readPlain === null) return;
        plain += 1;
        expect(readPlain).toEqual(entry);
        expect(Object.keys(readPlain)).toEqual(Object.keys(entry));
      }),
      { numRuns: 3000 },
    );
    expect(plain).toBeGreaterThan(500);
  });

  it('is a debit of one lot', () => {
    expect(readPlainDebit('acme', 4, PLAIN_TEXT)).toEqual({
      accountId: 'acme',
      version: 4,
      kind: 'CreditsDebited',
      atMs: 5,
      change: { id: 'a', fingerprint: 'f', personalDigest: null, actor: 'k' },
      pool: 'standard',
      amountMicros: 3n,
      action: null,
      quantityMicros: null,
      rateCardVersion: null,
      settledMicros: 7n,
      heldMicros: 0n,
      occurredAtMs: null,
      draws: [{ lot: 2, grantId: 'g', amountMicros: 3n }],
    });
  });

  it('is a debit of no lot where it was free', () => {
    const body = PLAIN_TEXT.replace(',2,"g","3"]', ']');
    expect(readPlainDebit('acme', 4, body)).toMatchObject({
      amountMicros: 3n,
      occurredAtMs: null,
      draws: [],
    });
  });

  it.each([
    ['of another format', (body: string) => body.replace('[3', '[4')],
    ['with a member more', (body: string) => body.replace(',"a"', ',1,"a"')],
    ['with a number that JSON does not know', (body: string) => body.replace(',5,', ',05,')],
    ['that goes on', (body: string) => `${body} `],
  ])('is not read without JSON %s', (_what, change) => {
    expect(readPlainDebit('acme', 4, PLAIN_TEXT)).not.toBeNull();
    expect(readPlainDebit('acme', 4, change(PLAIN_TEXT))).toBeNull();
  });

  it.each([
    ['a member less', PLAIN_TEXT.replace('null,null,null', 'null,null')],
    ['an amount that is no number', PLAIN_TEXT.replace('"7"', '"x7"')],
    ['no end', PLAIN_TEXT.slice(0, -1)],
  ])('with %s is none', (_what, body) => {
    expect(() => decodeDebit('acme', 4, body)).toThrow(/members|BigInt|JSON/);
  });

  it('is told from any other', () => {
    expect(decodeDebit('acme', 4, '{"format":2,"kind":"CreditsDebited"}')).toBeNull();
  });
});
