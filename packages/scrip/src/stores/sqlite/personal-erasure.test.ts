import { expect, it } from 'vitest';
import { Fault } from '../../ledger/fault.ts';
import type { DiskReads } from './disk-reads.ts';
import { createJournalTail } from './journal-tail.ts';
import type { JournalWriter } from './journal-writer.ts';
import { createPersonalErasure } from './personal-erasure.ts';
import type { Thread } from './thread.ts';

it('an erasing that is recorded is not told as undone where the rest of it fails', async () => {
  const fault = new Fault('x', { code: 'store-failed', retryable: true, outcome: 'not-applied' });
  let isFailed = false;
  const maintain = async () => {
    if (isFailed) throw fault;
    return 1;
  };
  const { erase } = createPersonalErasure({
    writer: { maintain } as unknown as JournalWriter,
    reader: { ask: async () => [] } as unknown as Thread,
    reads: {} as DiskReads,
    tail: createJournalTail(),
  });
  const recorded = async () => {
    isFailed = true;
    return 2;
  };
  await expect(erase('acme', recorded)).rejects.toMatchObject({ code: 'store-failed', outcome: 'unknown' });
  isFailed = false;
  const refused = async () => {
    isFailed = true;
    return null;
  };
  await expect(erase('acme', refused)).rejects.toBe(fault);
});
