import { describe, expect, it } from 'vitest';
import { CARD, START_MS } from '../../../../../test/support/account-scenario.ts';
import { debitCredits, grantCredits, openAccount } from '../../../../../test/support/commands.ts';
import type { Command } from '../../core/command.ts';
import { decideRequest } from '../../ledger/decide-request.ts';
import { fingerprintOf } from '../../ledger/digest.ts';
import type { ChangeRequest, Loaded } from '../../ledger/store.ts';
import { createAccountCache } from './account-cache.ts';
import { createChangeIndex } from './change-index.ts';
import { createDecider } from './decider.ts';
import type { DiskReads } from './disk-reads.ts';
import { createJournalTail } from './journal-tail.ts';
import type { JournalWriter } from './journal-writer.ts';

function requestOf(accountId: string, id: string, command: Command): ChangeRequest {
  const change = { id, fingerprint: fingerprintOf(command), personalDigest: null, actor: null };
  return { accountId, change, command, personal: null };
}

const decide = (request: ChangeRequest, { account, prior }: Loaded) =>
  decideRequest(
    request,
    { account, prior, facts: { rateCards: [CARD], referred: null, isKeyTaken: false } },
    START_MS,
  );

/** A decider over an empty disk, whose commits end as they are told to, in turn. */
function openDecider(
  commits: readonly (() => Promise<void>)[],
  { snapshotEvery = 256, keepSnapshots = () => {} }: Partial<Parameters<typeof createDecider>[0]> = {},
) {
  let made = 0;
  const append: JournalWriter['append'] = (entries) => {
    if (entries.length === 0) return done();
    const end = commits[made] ?? done;
    made += 1;
    return end();
  };
  const cache = createAccountCache({ capacity: 100, packedBytes: 1_048_576, mayLeave: () => false });
  const startedAt = { clockMs: 0, evenMs: 0 };
  const sizes = { lastPosition: 0, startedAt, keptMs: 1000, finishedEntries: 1000 };
  const nothing = { account: async () => null, change: async () => null };
  return createDecider({
    sources: {
      cache,
      tail: createJournalTail(),
      index: createChangeIndex({ seed: 7, segments: [], forgottenMs: -Infinity, ...sizes }),
      reads: nothing as unknown as DiskReads,
    },
    writer: { append } as unknown as JournalWriter,
    lastPosition: 0,
    snapshotEvery,
    keepSnapshots,
    onKeyChanged: () => {},
  });
}

const done = () => Promise.resolve();

describe('a batch that is made durable in parts', () => {
  it('tells what is durable as made, and the rest as what its commit failed with', async () => {
    const failure = new Error('the disk is full');
    const decider = openDecider([done, done, () => Promise.reject(failure)]);
    await decider.decide([requestOf('acme', 'open', openAccount())], decide);
    // The first account is in memory; the second one is looked for on the disk while the first's entry is written.
    const settled = await decider.decide(
      [
        requestOf('acme', 'pack', grantCredits(5n)),
        requestOf('other', 'open', openAccount()),
        requestOf('acme', 'sms', debitCredits(1n)),
      ],
      decide,
    );
    expect(settled).toMatchObject([
      { outcome: { ok: true, entry: { kind: 'CreditsGranted', version: 2 } } },
      { error: failure },
      { error: failure },
    ]);
  });

  it('tells all as failed where the first part fails', async () => {
    const failure = new Error('the disk is full');
    const decider = openDecider([done, () => Promise.reject(failure)]);
    await decider.decide([requestOf('acme', 'open', openAccount())], decide);
    const batch = [requestOf('acme', 'pack', grantCredits(5n)), requestOf('other', 'open', openAccount())];
    expect(await decider.decide(batch, decide)).toEqual([{ error: failure }, { error: failure }]);
  });
});

describe('snapshots', () => {
  /** Decides batches on an account that is open, and gives the versions of which snapshots were kept. */
  async function snapshotsAfter(batches: readonly (readonly ChangeRequest[])[]): Promise<number[]> {
    const versions: number[] = [];
    const decider = openDecider([], {
      snapshotEvery: 2,
      keepSnapshots: (rows) => versions.push(...rows.map(({ version }) => version)),
    });
    await decider.decide([requestOf('acme', 'open', openAccount())], decide);
    for (const batch of batches)
      for (const settled of await decider.decide(batch, decide))
        expect(settled).toMatchObject({ outcome: { ok: true } });
    return versions;
  }
  const grants = (count: number) =>
    Array.from({ length: count }, (_, at) => requestOf('acme', `grant-${at}`, grantCredits(1000n)));
  const debits = (count: number) =>
    Array.from({ length: count }, (_, at) => requestOf('acme', `debit-${at}`, debitCredits(1n)));
  const alone = (requests: readonly ChangeRequest[]) => requests.map((request) => [request]);

  it('of an account with many lots are made after as many entries as it has lots', async () => {
    expect(await snapshotsAfter(alone([...grants(1), ...debits(5)]))).toEqual([2, 4, 6]);
    expect(await snapshotsAfter(alone([...grants(50), ...debits(120)]))).toEqual([2, 52, 102, 152]);
  });

  it('of one batch are of the last state alone', async () => {
    expect(await snapshotsAfter([[...grants(1), ...debits(8)]])).toEqual([10]);
  });
});
