import { describe, expect, it } from 'vitest';
import { debitCredits } from '../../../../test/support/commands.ts';
import { Fault } from './fault.ts';
import { createGroupCommit } from './group-commit.ts';
import type { ChangeRequest, Store } from './store.ts';

function requestOf(id: string, accountId = 'acme'): ChangeRequest {
  const change = { id, fingerprint: '', personalDigest: null, actor: null };
  return { accountId, change, command: debitCredits(1n), personal: null };
}

interface Batch {
  readonly ids: readonly string[];
  /** Settles all but some, which it settles when it is called again. */
  readonly finish: (later?: readonly string[]) => void;
  readonly fail: (error: unknown) => void;
}

/** A store whose batches end when the test says so; each outcome is the id of its request. */
function openHandStore({ count = 1, depth = 1 } = {}) {
  const batches: Batch[] = [];
  const store: Pick<Store, 'transact' | 'lanes'> = {
    lanes: { count, depth, of: (accountId) => Number(accountId.at(-1)) % count || 0 },
    transact: (requests) =>
      new Promise((resolve, reject) => {
        const ids = requests.map(({ change }) => change.id);
        const settled: ({ outcome: never } | undefined)[] = ids.map(() => undefined);
        const settleAllBut = (left: readonly string[]) =>
          ids.forEach((id, at) => (settled[at] = left.includes(id) ? undefined : { outcome: id as never }));
        const late = Promise.withResolvers<void>();
        late.promise.catch(() => {});
        batches.push({
          ids,
          finish: (left = []) => {
            settleAllBut(left);
            resolve({ settled, later: left.length === 0 ? null : late.promise });
            if (left.length === 0) late.resolve();
          },
          fail: (error) => {
            reject(error);
            late.reject(error);
          },
        });
      }),
  };
  const commit = createGroupCommit<string>(store, () => {
    throw new Error('the store of this test decides nothing');
  });
  return { batches, commit };
}

/** Lets everything happen that is ready to happen. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const idsOf = (batches: readonly Batch[]) => batches.map(({ ids }) => ids);

describe('a group commit', () => {
  it('writes together what arrives together, in the order of arrival, and answers each with its own outcome', async () => {
    const { batches, commit } = openHandStore();
    const answers = Promise.all(['a', 'b', 'c'].map((id) => commit.submit(requestOf(id))));
    await settle();
    expect(idsOf(batches)).toEqual([['a', 'b', 'c']]);
    batches[0]?.finish();
    expect(await answers).toEqual(['a', 'b', 'c']);
  });

  it('gathers while each turn brings more, and no longer than four turns', async () => {
    const { batches, commit } = openHandStore();
    const answers: Promise<string>[] = [];
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const id of ids) {
      answers.push(commit.submit(requestOf(id)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settle();
    expect(idsOf(batches)).toEqual([['a', 'b', 'c', 'd']]);
    batches[0]?.finish();
    await settle();
    expect(idsOf(batches)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['e', 'f'],
    ]);
    batches[1]?.finish();
    expect(await Promise.all(answers)).toEqual(ids);
  });

  it('collects the next batch while one is being written, without waiting for more', async () => {
    const { batches, commit } = openHandStore();
    const first = commit.submit(requestOf('a'));
    await settle();
    const later = ['b', 'c'].map((id) => commit.submit(requestOf(id)));
    await settle();
    expect(idsOf(batches)).toEqual([['a']]);
    batches[0]?.finish();
    await first;
    await settle();
    expect(idsOf(batches)).toEqual([['a'], ['b', 'c']]);
    batches[1]?.finish();
    expect(await Promise.all(later)).toEqual(['b', 'c']);
  });

  it('has as many batches in the store at once as the lane is deep, and no more', async () => {
    const { batches, commit } = openHandStore({ depth: 2 });
    const answers: Promise<string>[] = [];
    for (const id of ['a', 'b', 'c', 'd']) {
      answers.push(commit.submit(requestOf(id)));
      await settle();
    }
    expect(idsOf(batches)).toEqual([['a'], ['b']]);
    batches[1]?.finish();
    await settle();
    expect(idsOf(batches)).toEqual([['a'], ['b'], ['c', 'd']]);
    for (const batch of batches) batch.finish();
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('writes at most a thousand at once', async () => {
    const { batches, commit } = openHandStore({ depth: 9 });
    const answers = Array.from({ length: 2500 }, (_, at) => commit.submit(requestOf(`${at}`)));
    await settle();
    expect(batches.map(({ ids }) => ids.length)).toEqual([1000, 1000, 500]);
    for (const batch of batches) batch.finish();
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 2500 }, (_, at) => `${at}`));
  });

  it('writes together what one caller makes together, and answers it at once and in order', async () => {
    const { batches, commit } = openHandStore();
    const first = commit.submit(requestOf('a'));
    const many = commit.submitAll(Array.from({ length: 999 }, (_, at) => requestOf(`m${at}`)));
    const more = commit.submitAll([requestOf('x'), requestOf('y')]);
    const last = commit.submit(requestOf('z'));
    await settle();
    expect(batches[0]?.ids).toEqual(['a', ...Array.from({ length: 999 }, (_, at) => `m${at}`)]);
    batches[0]?.finish();
    expect(await first).toBe('a');
    expect(await many).toEqual(Array.from({ length: 999 }, (_, at) => ({ outcome: `m${at}` })));
    await settle();
    expect(batches[1]?.ids).toEqual(['x', 'y', 'z']);
    batches[1]?.finish();
    expect(await more).toEqual([{ outcome: 'x' }, { outcome: 'y' }]);
    expect(await last).toBe('z');
    expect(await commit.submitAll([])).toEqual([]);
  });

  it('tells of several changes in two lanes which were made, and which failed with their batch', async () => {
    const { batches, commit } = openHandStore({ count: 2 });
    const asked = [requestOf('a', 'x0'), requestOf('b', 'x1'), requestOf('c', 'x0'), requestOf('d', 'x1')];
    const answers = commit.submitAll(asked);
    await settle();
    expect(idsOf(batches)).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    batches[0]?.fail('lost');
    batches[1]?.finish();
    expect(await answers).toEqual([{ error: 'lost' }, { outcome: 'b' }, { error: 'lost' }, { outcome: 'd' }]);
  });

  it('counts each of several changes among those that may wait', async () => {
    const { batches, commit } = openHandStore();
    const waiting = commit.submitAll(Array.from({ length: 49_999 }, (_, at) => requestOf(`${at}`)));
    const [refused] = await commit.submitAll([requestOf('y'), requestOf('z')]);
    expect(refused).toMatchObject({ error: { code: 'overloaded', outcome: 'not-applied' } });
    await settle();
    const next = commit.submit(requestOf('next'));
    batches[0]?.finish();
    await waiting;
    await settle();
    batches[1]?.finish();
    expect(await next).toBe('next');
  });

  it('answers at once what is settled, and goes on with the next batch while the rest is settled later', async () => {
    const { batches, commit } = openHandStore();
    const early = commit.submit(requestOf('early'));
    const late = commit.submit(requestOf('late'));
    const several = commit.submitAll(['x', 'y', 'z'].map((id) => requestOf(id)));
    const answered: unknown[] = [];
    for (const answer of [early, late, several]) void answer.then((one) => answered.push(one));
    await settle();
    batches[0]?.finish(['late', 'y']);
    const next = commit.submit(requestOf('next'));
    await settle();
    expect(answered).toEqual(['early']);
    batches[1]?.finish();
    expect(await next).toBe('next');
    batches[0]?.finish();
    expect(await late).toBe('late');
    expect(await several).toEqual([{ outcome: 'x' }, { outcome: 'y' }, { outcome: 'z' }]);
  });

  it('counts what is settled later among the changes that may wait', async () => {
    const { batches, commit } = openHandStore();
    const late = commit.submitAll(Array.from({ length: 50_000 }, (_, at) => requestOf(`${at}`)));
    await settle();
    batches[0]?.finish(['7']);
    await settle();
    await expect(commit.submit(requestOf('more'))).rejects.toMatchObject({ code: 'overloaded' });
    batches[0]?.finish();
    expect(await late).toHaveLength(50_000);
    const more = commit.submit(requestOf('more'));
    await settle();
    batches[1]?.finish();
    expect(await more).toBe('more');
  });

  it('fails what cannot be settled later', async () => {
    const { batches, commit } = openHandStore();
    const answers = ['early', 'late'].map((id) => commit.submit(requestOf(id)));
    await settle();
    batches[0]?.finish(['late']);
    batches[0]?.fail('a bug');
    expect(await Promise.allSettled(answers)).toEqual([
      { status: 'fulfilled', value: 'early' },
      { status: 'rejected', reason: 'a bug' },
    ]);
  });

  it('keeps lanes apart', async () => {
    const { batches, commit } = openHandStore({ count: 2 });
    const answers = [requestOf('a', 'x0'), requestOf('b', 'x1'), requestOf('c', 'x0')].map(commit.submit);
    await settle();
    expect(idsOf(batches)).toEqual([['a', 'c'], ['b']]);
    for (const batch of batches) batch.finish();
    await Promise.all(answers);
  });

  it('fails all of a batch whose commit fails, and goes on with the next', async () => {
    const { batches, commit } = openHandStore();
    const failing = Promise.allSettled(['a', 'b'].map((id) => commit.submit(requestOf(id))));
    await settle();
    const next = commit.submit(requestOf('c'));
    const fault = new Fault('the disk is gone', {
      code: 'store-failed',
      retryable: false,
      outcome: 'unknown',
    });
    batches[0]?.fail(fault);
    expect(await failing).toEqual([
      { status: 'rejected', reason: fault },
      { status: 'rejected', reason: fault },
    ]);
    await settle();
    batches[1]?.finish();
    expect(await next).toBe('c');
  });

  it('turns changes away, as not applied, when too many wait', async () => {
    const { batches, commit } = openHandStore();
    const answers = Array.from({ length: 50_000 }, (_, at) => commit.submit(requestOf(`${at}`)));
    await expect(commit.submit(requestOf('late'))).rejects.toMatchObject({
      name: 'Fault',
      code: 'overloaded',
      retryable: true,
      outcome: 'not-applied',
    });
    for (let batch = 0; batch < 50; batch += 1) {
      await settle();
      batches[batch]?.finish();
    }
    expect(await Promise.all(answers)).toHaveLength(50_000);
  });
});

describe('closing a group commit', () => {
  it('answers all that was taken, and takes nothing new', async () => {
    const { batches, commit } = openHandStore();
    const answers = [commit.submit(requestOf('a'))];
    await settle();
    answers.push(commit.submit(requestOf('b')));
    let isDrained = false;
    const drained = commit.drain().then(() => (isDrained = true));
    await expect(commit.submit(requestOf('late'))).rejects.toMatchObject({
      code: 'closing',
      outcome: 'not-applied',
    });
    batches[0]?.finish();
    await settle();
    expect(isDrained).toBe(false);
    batches[1]?.finish();
    await drained;
    expect(await Promise.all(answers)).toEqual(['a', 'b']);
  });

  it('waits for what is settled later', async () => {
    const { batches, commit } = openHandStore();
    const late = commit.submit(requestOf('late'));
    await settle();
    batches[0]?.finish(['late']);
    await settle();
    let isDrained = false;
    const drained = commit.drain().then(() => (isDrained = true));
    await settle();
    expect(isDrained).toBe(false);
    batches[0]?.finish();
    await drained;
    expect(await late).toBe('late');
  });

  it('is done at once when nothing waits, and for everyone who asked for it', async () => {
    const { batches, commit } = openHandStore();
    const answer = commit.submit(requestOf('a'));
    const drained = Promise.all([commit.drain(), commit.drain()]);
    await settle();
    batches[0]?.finish();
    expect(await answer).toBe('a');
    await drained;
    await commit.drain();
  });
});
