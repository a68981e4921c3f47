import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CARD, START_MS } from '../../../../../test/support/account-scenario.ts';
import {
  debitCredits,
  grantCredits,
  openAccount,
  refundDebit,
} from '../../../../../test/support/commands.ts';
import type { Command } from '../../core/command.ts';
import type { ChangeOutcome } from '../../ledger/decide-request.ts';
import { decideRequest } from '../../ledger/decide-request.ts';
import { fingerprintOf } from '../../ledger/digest.ts';
import type { ChangeRequest, Loaded, RecordedEntry } from '../../ledger/store.ts';
import { createAccountCache } from './account-cache.ts';
import type { ChangeIndex } from './change-index.ts';
import { createChangeIndex } from './change-index.ts';
import { createDecider } from './decider.ts';
import type { DiskReads } from './disk-reads.ts';
import { createJournalTail } from './journal-tail.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { SegmentIds } from './segments/segment-writer.ts';

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

function openIndex(segments: readonly SegmentIds[]): ChangeIndex {
  const startedAt = { clockMs: 0, evenMs: 0 };
  const sizes = { lastPosition: 0, startedAt, keptMs: 1000, finishedEntries: 1000 };
  return createChangeIndex({ seed: 7, segments, forgottenMs: -Infinity, ...sizes });
}

/** A debit as the disk has it. */
function debitOf(accountId: string, id: string): RecordedEntry {
  const change = { id, fingerprint: '', personalDigest: null, actor: null };
  const amounts = { amountMicros: 1n, settledMicros: 1n, heldMicros: 0n, quantityMicros: null };
  const draws = [{ lot: 9, grantId: 'grant', amountMicros: 1n }];
  const priced = { pool: 'credits', action: null, rateCardVersion: null, occurredAtMs: null };
  const entry = { accountId, version: 2, kind: 'CreditsDebited', atMs: 0, change, draws } as const;
  return { entry: { ...entry, ...amounts, ...priced }, personal: null, hash: '' };
}

/** A decider over an empty disk, whose commits end as they are told to, in turn. */
function openDecider(
  commits: readonly (() => Promise<void>)[],
  {
    snapshotEvery = 256,
    keepSnapshots = () => {},
    disk = {},
    index = openIndex([]),
  }: Partial<Parameters<typeof createDecider>[0]> & {
    readonly disk?: Partial<DiskReads>;
    readonly index?: ChangeIndex;
  } = {},
) {
  let made = 0;
  const append: JournalWriter['append'] = (entries) => {
    if (entries.length === 0) return done();
    const end = commits[made] ?? done;
    made += 1;
    return end();
  };
  const cache = createAccountCache({ capacity: 100, packedBytes: 1_048_576, mayLeave: () => false });
  const reads = { account: async () => null, change: async () => null, ...disk };
  const tail = createJournalTail();
  const decider = createDecider({
    sources: {
      cache,
      tail,
      index,
      reads: reads as unknown as DiskReads,
    },
    writer: { append } as unknown as JournalWriter,
    lastPosition: 0,
    snapshotEvery,
    keepSnapshots,
    onKeyChanged: () => {},
  });
  return {
    tail,
    start: (requests: readonly ChangeRequest[]) => decider.decide(requests, decide),
    /** What became of all of them. */
    settle: async (requests: readonly ChangeRequest[]) => {
      const { settled, later } = await decider.decide(requests, decide);
      await later;
      return settled;
    },
  };
}

const done = () => Promise.resolve();

describe('a request that waits for the disk', () => {
  /** A decider that has `acme` in memory, and a disk that answers for other accounts when it is told to. */
  async function openWithSlowDisk(...commits: (() => Promise<void>)[]) {
    const asked: { readonly accountId: string; readonly answer: () => void }[] = [];
    let isSlow = false;
    const read = (accountId: string) =>
      new Promise<null>((resolve) => {
        const answer = () => resolve(null);
        if (isSlow) asked.push({ accountId, answer });
        else answer();
      });
    const decider = openDecider([done, ...commits], {
      disk: { account: read, change: read },
    });
    await decider.settle([requestOf('acme', 'open', openAccount())]);
    isSlow = true;
    return { ...decider, asked };
  }
  const made = (version: number) => ({ outcome: { ok: true, entry: { version } } });

  it('keeps no request of another account waiting, of its batch or of later ones', async () => {
    const { start, settle, asked } = await openWithSlowDisk();
    const { settled, later } = await start([
      requestOf('acme', 'pack', grantCredits(5n)),
      requestOf('slow', 'open', openAccount()),
      requestOf('acme', 'sms', debitCredits(1n)),
    ]);
    expect(settled).toMatchObject([made(2), undefined, made(3)]);
    expect(await settle([requestOf('acme', 'more', debitCredits(1n))])).toMatchObject([made(4)]);
    expect(asked.map(({ accountId }) => accountId)).toEqual(['slow']);
    asked[0]?.answer();
    await later;
    expect(settled).toMatchObject([made(2), made(1), made(3)]);
  });

  it('is overtaken by none of its account, of its batch or of later ones', async () => {
    const { start, settle, asked } = await openWithSlowDisk();
    const first = await start([
      requestOf('slow', 'early', debitCredits(1n)),
      requestOf('slow', 'open', openAccount()),
      requestOf('slow', 'pack', grantCredits(5n)),
    ]);
    const second = await start([
      requestOf('slow', 'sms', debitCredits(4n)),
      requestOf('late', 'open', openAccount()),
    ]);
    const third = await start([requestOf('slow', 'more', debitCredits(4n))]);
    // What a later one lacks is read at once, and decided in its turn.
    expect(asked.map(({ accountId }) => accountId)).toEqual(['slow', 'late']);
    for (const { answer } of asked.toReversed()) {
      await settle([requestOf('acme', 'x', debitCredits(1n))]);
      expect([...first.settled, ...second.settled, ...third.settled]).toEqual(Array(6).fill(undefined));
      answer();
    }
    await Promise.all([first.later, second.later, third.later]);
    const refused = (code: string) => ({ outcome: { ok: false, rejection: { code } } });
    expect(first.settled).toMatchObject([refused('account-not-found'), made(1), made(2)]);
    expect(second.settled).toMatchObject([made(3), made(1)]);
    expect(third.settled).toMatchObject([refused('insufficient-credits')]);
    // Its account is held back no longer.
    expect((await start([requestOf('slow', 'last', debitCredits(1n))])).later).toBeNull();
  });

  it('holds back those of its account that need nothing of the disk themselves', async () => {
    const { start, asked } = await openWithSlowDisk();
    const { settled, later } = await start([
      requestOf('acme', 'pack', grantCredits(5n)),
      requestOf('acme', 'back', refundDebit('of-old')),
      requestOf('acme', 'sms', debitCredits(1n)),
    ]);
    expect(settled).toMatchObject([made(2), undefined, undefined]);
    asked[0]?.answer();
    await later;
    expect(settled).toMatchObject([
      made(2),
      { outcome: { rejection: { code: 'debit-not-found' } } },
      made(3),
    ]);
  });

  it('is read beside those that stand behind it', async () => {
    const { start, asked } = await openWithSlowDisk();
    const ids = ['a', 'b', 'c'];
    const { settled, later } = await start(ids.map((id) => requestOf('acme', id, refundDebit(`of-${id}`))));
    expect(asked).toHaveLength(3);
    for (const { answer } of asked) answer();
    await later;
    expect(asked).toHaveLength(3);
    expect(settled).toMatchObject(ids.map(() => ({ outcome: { rejection: { code: 'debit-not-found' } } })));
  });

  it('is made once where its id comes twice, and the first is derived before the second is decided', async () => {
    const index = openIndex([{ after: 0, upTo: 1, latestMs: 0, filter: new Uint8Array(8).fill(255) }]);
    const version = Promise.withResolvers<null>();
    let made: RecordedEntry | null = null;
    let asked = 0;
    const { start, settle } = openDecider([], {
      index,
      disk: {
        // An earlier debit whose lot must be read too.
        change: async (accountId, id) => {
          asked += 1;
          if (id === 'old') return { recorded: debitOf(accountId, id), continuation: null };
          return made === null ? null : { recorded: made, continuation: null };
        },
        version: () => version.promise,
      },
    });
    await settle([requestOf('acme', 'open', openAccount())]);
    await settle([requestOf('acme', 'pack', grantCredits(5n))]);
    const { settled, later } = await start([
      requestOf('acme', 'sms', debitCredits(1n)),
      requestOf('acme', 'back', refundDebit('old')),
      requestOf('acme', 'sms', debitCredits(1n)),
    ]);
    while (settled[0] === undefined) await nextTurn();
    const outcome = (settled[0] as { readonly outcome: ChangeOutcome }).outcome;
    if (!outcome.ok) throw new Error('the first was refused');
    made = { entry: outcome.entry, personal: null, hash: '' };
    index.addSegment(
      { after: 1, upTo: 3, latestMs: 0, filter: new Uint8Array(8).fill(255) },
      { clockMs: 0, evenMs: 0 },
    );
    const askedBefore = asked;
    version.resolve(null);
    await later;
    expect(asked).toBeGreaterThan(askedBefore);
    expect(settled[2]).toMatchObject({ outcome: { ok: true, replayed: true, entry: { version: 3 } } });
  });

  it('keeps the tail as it is until it is decided', async () => {
    const { start, asked, tail } = await openWithSlowDisk();
    const { later } = await start([requestOf('slow', 'open', openAccount())]);
    tail.forget(1);
    expect(tail.forgotten()).toBe(0);
    asked[0]?.answer();
    await later;
    expect(tail.forgotten()).toBe(1);
  });

  it('is not settled before it is durable, however late the commit of the others ends', async () => {
    const commits = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    const { start, asked } = await openWithSlowDisk(
      ...commits.map(
        ({ promise }) =>
          () =>
            promise,
      ),
    );
    const starting = start([
      requestOf('acme', 'pack', grantCredits(5n)),
      requestOf('slow', 'open', openAccount()),
    ]);
    asked[0]?.answer();
    // The second one is decided by now, and its commit waits behind the first.
    await nextTurn();
    commits[0].resolve();
    const { settled, later } = await starting;
    expect(settled).toMatchObject([made(2), undefined]);
    commits[1].resolve();
    await later;
    expect(settled).toMatchObject([made(2), made(1)]);
  });

  it('fails with a commit of its own: what was durable before stands, and so does what comes after', async () => {
    const failure = new Error('the disk is full');
    const { start, asked } = await openWithSlowDisk(done, () => Promise.reject(failure));
    const { settled, later } = await start([
      requestOf('acme', 'pack', grantCredits(5n)),
      requestOf('slow', 'open', openAccount()),
    ]);
    expect(settled).toMatchObject([made(2), undefined]);
    asked[0]?.answer();
    await later;
    expect(settled).toMatchObject([made(2), { error: failure }]);
  });

  it('does not fail with the commit of those that did not wait', async () => {
    const failure = new Error('the disk is full');
    const { start, asked } = await openWithSlowDisk(() => Promise.reject(failure));
    const { settled, later } = await start([
      requestOf('acme', 'pack', grantCredits(5n)),
      requestOf('slow', 'open', openAccount()),
    ]);
    expect(settled).toMatchObject([{ error: failure }, undefined]);
    asked[0]?.answer();
    await later;
    expect(settled).toMatchObject([{ error: failure }, made(1)]);
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
    await decider.settle([requestOf('acme', 'open', openAccount())]);
    for (const batch of batches)
      for (const settled of await decider.settle(batch))
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
