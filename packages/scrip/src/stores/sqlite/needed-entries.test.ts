import { expect, it } from 'vitest';
import { keptBytes, largeText } from '../../../../../test/support/kept-bytes.ts';
import type { Entry } from '../../core/entry.ts';
import { createNeededEntries } from './needed-entries.ts';

it('what is needed keeps no memory of the texts that entries were read in', () => {
  const bytes = keptBytes(() => {
    const needed = createNeededEntries();
    for (let at = 0; at < 50; at += 1) {
      const accountId = largeText(`customer-${1000 + at}`).slice(0, 13);
      const entry = { kind: 'GrantVoided', accountId, version: 3, grantVersion: 2, grantId: 'grant' };
      needed.addLater(entry as unknown as Entry);
    }
    return needed;
  });
  expect(bytes).toBeLessThan(4_000_000);
});
