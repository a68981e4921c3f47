import type { Defer } from './clock.ts';
import { Fault } from './fault.ts';
import type { ChangeRequest, Decide, Settled, Store, Transacted } from './store.ts';

/** The most changes in one transaction, unless one caller makes more together: the first of them would only wait longer. */
const MAX_BATCH = 1000;
/** Turns of the event loop that a batch gathers for, as long as each of them brings more changes. */
const GATHER_TURNS = 4;
/** Changes that may wait before new ones are turned away. */
const MAX_WAITING = 50_000;

/** Requests that one caller makes together: they stand in one batch, and are answered together. */
interface Waiting<R> {
  readonly requests: readonly ChangeRequest[];
  /** Is given what became of the whole batch, and where its own begins: all of these are settled. */
  readonly resolve: (settled: Transacted<R>['settled'], first: number) => void;
  readonly reject: (reason: unknown) => void;
}

/** What waits on in the store, and where its own begins in its batch. */
interface Late<R> {
  readonly one: Waiting<R>;
  readonly first: number;
}

export interface GroupCommit<R> {
  readonly submit: (request: ChangeRequest) => Promise<R>;
  /** As `submit` for each of them, in this order, but answered together: what they wait for is one promise. Never rejects. */
  readonly submitAll: (requests: readonly ChangeRequest[]) => Promise<readonly Settled<R>[]>;
  /** Takes nothing new, and resolves when all that was taken is answered. */
  readonly drain: () => Promise<void>;
}

/**
 * Changes that arrive while a batch is being written form the next batch, and a batch waits while more keep arriving: a
 * commit costs about as much for one change as for thirty. There is no timer: a lone change is written at once, and
 * under load the batches grow by themselves.
 */
export function createGroupCommit<R>(
  store: Pick<Store, 'transact' | 'lanes'>,
  decide: Decide<R>,
  defer: Defer = setImmediate,
): GroupCommit<R> {
  const lanes = Array.from({ length: store.lanes.count }, () => createLane(store, decide, defer));
  const laneOf = ({ accountId }: ChangeRequest) => {
    const lane = lanes[store.lanes.of(accountId)];
    if (lane === undefined) throw new Error(`there is no lane for ${accountId}`);
    return lane;
  };
  return {
    submit: (request) =>
      new Promise((resolve, reject) =>
        laneOf(request).add({
          requests: [request],
          resolve: (settled, first) => {
            const own = settled[first] as Settled<R>;
            if ('error' in own) reject(own.error);
            else resolve(own.outcome);
          },
          reject,
        }),
      ),
    submitAll: async (requests) => {
      const settled: Settled<R>[] = [];
      const parts = Map.groupBy(requests.keys(), (index) => laneOf(requests[index] as ChangeRequest));
      const settle = (lane: Lane<R>, indexes: readonly number[]) =>
        new Promise<void>((done) =>
          lane.add({
            requests: indexes.map((index) => requests[index] as ChangeRequest),
            resolve: (batch, first) => {
              indexes.forEach((index, at) => (settled[index] = batch[first + at] as Settled<R>));
              done();
            },
            reject: (error) => {
              for (const index of indexes) settled[index] = { error };
              done();
            },
          }),
        );
      await Promise.all([...parts].map(([lane, indexes]) => settle(lane, indexes)));
      return settled;
    },
    drain: async () => {
      await Promise.all(lanes.map((lane) => lane.drain()));
    },
  };
}

interface Lane<R> {
  readonly add: (waiting: Waiting<R>) => void;
  readonly drain: () => Promise<void>;
}

function createLane<R>(store: Pick<Store, 'transact' | 'lanes'>, decide: Decide<R>, defer: Defer): Lane<R> {
  let waiting: Waiting<R>[] = [];
  let waitingRequests = 0;
  /** Requests that the store settles later than the batch that they came in. */
  let lateRequests = 0;
  let inFlight = 0;
  let isScheduled = false;
  let isClosing = false;
  const whenIdle: (() => void)[] = [];

  function schedule(): void {
    if (isScheduled || inFlight >= store.lanes.depth || waiting.length === 0) return;
    isScheduled = true;
    gather(GATHER_TURNS, 0);
  }

  /** Takes a batch when a turn has brought nothing more: what arrives together is written together. */
  function gather(turnsLeft: number, seen: number): void {
    defer(() => {
      const arrived = waitingRequests;
      if (turnsLeft > 1 && arrived > seen && arrived < MAX_BATCH) {
        gather(turnsLeft - 1, arrived);
        return;
      }
      isScheduled = false;
      void write(takeBatch());
      schedule();
    });
  }

  /** The first of those that wait, as many as one transaction takes. */
  function takeBatch(): readonly Waiting<R>[] {
    let taken = 0;
    let size = 0;
    for (const { requests } of waiting) {
      if (taken > 0 && size + requests.length > MAX_BATCH) break;
      taken += 1;
      size += requests.length;
    }
    waitingRequests -= size;
    return waiting.splice(0, taken);
  }

  async function write(batch: readonly Waiting<R>[]): Promise<void> {
    inFlight += 1;
    try {
      const { settled, later } = await store.transact(
        batch.flatMap(({ requests }) => requests),
        decide,
      );
      const late: Late<R>[] = [];
      let first = 0;
      for (const one of batch) {
        const end = first + one.requests.length;
        const isSettled = later === null || !settled.slice(first, end).includes(undefined);
        if (isSettled) one.resolve(settled, first);
        else late.push({ one, first });
        first = end;
      }
      if (later !== null) void answerLate(late, { settled, later });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    inFlight -= 1;
    schedule();
    tellIdle();
  }

  /** Those that the store settles later do not keep the lane: the next batches go on meanwhile. */
  async function answerLate(
    late: readonly Late<R>[],
    { settled, later }: { readonly settled: Transacted<R>['settled']; readonly later: Promise<void> },
  ): Promise<void> {
    const requests = late.reduce((sum, { one }) => sum + one.requests.length, 0);
    lateRequests += requests;
    try {
      await later;
      for (const { one, first } of late) one.resolve(settled, first);
    } catch (error) {
      for (const { one } of late) one.reject(error);
    }
    lateRequests -= requests;
    tellIdle();
  }

  function tellIdle(): void {
    if (inFlight + lateRequests > 0 || waiting.length > 0) return;
    for (const tell of whenIdle.splice(0)) tell();
  }

  return {
    add: (one) => {
      const { length } = one.requests;
      const code = isClosing
        ? 'closing'
        : waitingRequests + lateRequests > MAX_WAITING - length
          ? 'overloaded'
          : null;
      if (code !== null) {
        one.reject(
          new Fault(`the change was not taken: ${code}`, { code, retryable: true, outcome: 'not-applied' }),
        );
        return;
      }
      waiting.push(one);
      waitingRequests += length;
      schedule();
    },
    drain: () =>
      new Promise<void>((resolve) => {
        isClosing = true;
        whenIdle.push(resolve);
        tellIdle();
      }),
  };
}
