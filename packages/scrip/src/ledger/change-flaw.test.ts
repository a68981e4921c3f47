import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeEntry } from '../core/entry-format.ts';
import { changeFlaw } from './change-flaw.ts';

it.each([1, 2, 3])('changes of entries of format %i have no flaw', (format) => {
  const file = join(import.meta.dirname, `../../../../test/golden/entries-format-${format}.ndjson`);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  for (const [at, body] of lines.entries())
    expect(changeFlaw(decodeEntry({ accountId: 'acme', version: at + 1, body })), body).toBeNull();
});
