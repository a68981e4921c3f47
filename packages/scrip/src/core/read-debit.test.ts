import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CreditsDebited } from './entry.ts';
import { decode, encodeEntry } from './entry-format.ts';
import { createDebitReader } from './read-debit.ts';

const readDebit = createDebitReader(2);
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

describe('the reader of debits', () => {
  it('reads a debit as JSON does, or not at all', () => {
    let read = 0;
    fc.assert(
      fc.property(debit, (entry) => {
        const { accountId, version } = entry;
        const found = readDebit(accountId, version, encodeEntry(entry));
        if (found === null) return;
        read += 1;
        expect(found).toEqual(entry);
        expect(Object.keys(found)).toEqual(Object.keys(entry));
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it('reads a plain one', () => {
    const body =
      '{"format":2,"kind":"CreditsDebited","atMs":5,"change":{"id":"a","fingerprint":"f","personalDigest":null,"actor":"k"},"pool":"standard","amountMicros":"3","action":null,"quantityMicros":null,"rateCardVersion":null,"settledMicros":"7","heldMicros":"0","occurredAtMs":null,"draws":[{"lot":2,"grantId":"g","amountMicros":"3"}]}';
    const { format: _format, ...members } = decode(body) as { format: number };
    expect(readDebit('acme', 4, body)).toEqual({ accountId: 'acme', version: 4, ...members });
  });

  it.each([
    ['of another format', (body: string) => body.replace('"format":2', '"format":1')],
    ['with a member more', (body: string) => body.replace('"atMs"', '"x":1,"atMs"')],
    ['with a number that JSON does not know', (body: string) => body.replace('"atMs":5', '"atMs":05')],
    ['that goes on', (body: string) => `${body} `],
  ])('leaves one alone %s', (_what, change) => {
    const body =
      '{"format":2,"kind":"CreditsDebited","atMs":5,"change":{"id":"a","fingerprint":"f","personalDigest":null,"actor":null},"pool":"p","amountMicros":"3","action":null,"quantityMicros":null,"rateCardVersion":null,"settledMicros":"7","heldMicros":"0","occurredAtMs":null,"draws":[{"lot":2,"grantId":"g","amountMicros":"3"}]}';
    expect(readDebit('acme', 4, body)).not.toBeNull();
    expect(readDebit('acme', 4, change(body))).toBeNull();
  });
});
