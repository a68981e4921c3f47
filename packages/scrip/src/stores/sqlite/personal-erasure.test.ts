import { expect, it } from 'vitest';
import { Fault } from '../../ledger/fault.ts';
import type { DiskReads } from './disk-reads.ts';
import { createJournalTail } from './journal-tail.ts';
import type { Maintenance } from './journal-maintenance.ts';
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

it(
  'an erasing whose log cannot be emptied is told so before the request has run out of time',
  { timeout: 19_000 },
  async () => {
    const maintain = async ({ kind }: Maintenance) => (kind === 'empty-log' ? 0 : 1);
    const { erase } = createPersonalErasure({
      writer: { maintain } as unknown as JournalWriter,
      reader: { ask: async () => [] } as unknown as Thread,
      reads: {} as DiskReads,
      tail: createJournalTail(),
    });
    await expect(erase('acme', async () => 2)).rejects.toMatchObject({
      code: 'overloaded',
      outcome: 'unknown',
    });
  },
);
