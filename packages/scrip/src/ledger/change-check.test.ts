import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeEntry } from '../core/entry-format.ts';
import { createChangeCheck } from './change-check.ts';

it.each([1, 2, 3])('changes of entries of format %i have no flaw', (format) => {
  const file = join(import.meta.dirname, `../../../../test/golden/entries-format-${format}.ndjson`);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const check = createChangeCheck();
  for (const [at, body] of lines.entries())
    expect(check(decodeEntry({ accountId: 'acme', version: at + 1, body })), body).toBeNull();
});

it('a debit’s fingerprint is held to its own command, also behind one of the same and of another', () => {
  const check = createChangeCheck();
  const debit = (quantity: number, fingerprint: string) =>
    check({
      kind: 'CreditsDebited',
      accountId: 'acme',
      version: 1,
      atMs: 0,
      change: { id: 'd', fingerprint, personalDigest: null, actor: null },
      pool: 'standard',
      amountMicros: BigInt(quantity),
      action: 'sms',
      quantityMicros: BigInt(quantity),
      rateCardVersion: 1,
      settledMicros: 0n,
      heldMicros: 0n,
      occurredAtMs: null,
      draws: [],
    });
  const wrong = 'its fingerprint is not that of its command';
  expect([debit(1, 'debit null 1 of sms'), debit(1, 'debit null 1 of sms')]).toEqual([null, null]);
  expect([debit(2, 'debit null 1 of sms'), debit(2, 'debit null 2 of sms')]).toEqual([wrong, null]);
  expect(debit(2, 'debit null 1 of sms')).toBe(wrong);
});
