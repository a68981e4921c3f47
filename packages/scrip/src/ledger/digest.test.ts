import { describe, expect, it } from 'vitest';
import {
  amountOf,
  captureHold,
  debitCredits,
  grantCredits,
  placeHold,
  quantityOf,
  refundDebit,
  releaseHold,
  voidGrant,
} from '../../../../test/support/commands.ts';
import { CHAIN_START, chainHash, fingerprintOf, personalDigest } from './digest.ts';

describe('the fingerprint of a command', () => {
  it('is the same for the same command, and another for any other', () => {
    const commands = [
      debitCredits(1n),
      debitCredits(2n),
      debitCredits(1n, 1000),
      debitCredits(amountOf(1n, 'email')),
      debitCredits(quantityOf('sms', 1n)),
      debitCredits(quantityOf('standard', 1n)),
      debitCredits(quantityOf('sms of a', 1n)),
      debitCredits(quantityOf('x'.repeat(64), 1n)),
      debitCredits(quantityOf('x'.repeat(65), 1n)),
      placeHold(1n),
      placeHold(1n, { ttlSeconds: 901 }),
      captureHold('a'),
      captureHold('a', 1n),
      captureHold('a', 1n, { allowExcess: true }),
      releaseHold('a'),
      refundDebit('a'),
      refundDebit('a', 1n),
      voidGrant('a'),
      grantCredits(1n),
    ];
    expect(new Set(commands.map(fingerprintOf)).size).toBe(commands.length);
    expect(fingerprintOf(debitCredits(1n))).toBe(fingerprintOf(debitCredits(1n)));
    for (const command of commands) expect(fingerprintOf(command)).toMatch(/^([0-9a-f]{32}|debit .{1,58})$/);
  });
});

describe('the digest of a name and metadata', () => {
  const salt = 'aa';

  it('does not depend on the order of members, at any depth', () => {
    const one = { salt, name: 'n', metadata: { a: 1, b: { c: [1, { d: 2, e: 3 }], f: null } } };
    const same = { metadata: { b: { f: null, c: [1, { e: 3, d: 2 }] }, a: 1 }, name: 'n', salt };
    expect(personalDigest(same)).toBe(personalDigest(one));
  });

  it.each([
    ['the salt', { salt: 'ab', name: 'n', metadata: { a: [1, 2] } }],
    ['the name', { salt, name: 'm', metadata: { a: [1, 2] } }],
    ['no name', { salt, metadata: { a: [1, 2] } }],
    ['a name taken away', { salt, name: null, metadata: { a: [1, 2] } }],
    ['the order of a list', { salt, name: 'n', metadata: { a: [2, 1] } }],
    ['a type', { salt, name: 'n', metadata: { a: ['1', 2] } }],
    ['one more member', { salt, name: 'n', metadata: { a: [1, 2], b: null } }],
  ])('is another with %s', (_, personal) => {
    expect(personalDigest(personal)).not.toBe(personalDigest({ salt, name: 'n', metadata: { a: [1, 2] } }));
  });
});

describe('the chain of an account', () => {
  const link = { accountId: 'acme', version: 1, body: '{}' };

  it('starts with zeros, and covers what came before, the account, the version and the text', () => {
    expect(CHAIN_START).toBe('0'.repeat(64));
    const hash = chainHash(CHAIN_START, link);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const others = [
      chainHash(hash, link),
      chainHash(CHAIN_START, { ...link, accountId: 'acmf' }),
      chainHash(CHAIN_START, { ...link, version: 2 }),
      chainHash(CHAIN_START, { ...link, body: '{ }' }),
    ];
    expect(new Set([hash, ...others]).size).toBe(5);
  });

  it('is that of every journal there is: it never changes', () => {
    expect(chainHash(CHAIN_START, { accountId: 'acme', version: 7, body: '{"format":1}' })).toBe(
      'e732ad0a5b223909c7bf3b71436d116a9b91245a55e83a106d7a0b8a15a7555e',
    );
  });
});
