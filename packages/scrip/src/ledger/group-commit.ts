import type { Defer } from './clock.ts';
import { Fault } from './fault.ts';
import type { ChangeRequest, Decided, Loaded, Store } from './store.ts';

/** The most changes in one transaction: more would only make the first of them wait longer. */
const MAX_BATCH = 1000;
/** Turns of the event loop that a batch gathers for, as long as each of them brings more changes. */
const GATHER_TURNS = 4;
/** Changes that may wait before new ones are turned away. */
const MAX_WAITING = 50_000;

interface Waiting<R> {
  readonly request: ChangeRequest;
  readonly resolve: (outcome: R) => void;
  readonly reject: (reason: unknown) => void;
}

/** What became of one request of several: its outcome, or what its batch failed with. */
export type Settled<R> = { readonly outcome: R } | { readonly error: unknown };

export interface GroupCommit<R> {
  readonly submit: (request: ChangeRequest) => Promise<R>;
  /** As `submit` for each of them, in this order, at the cost of one promise for all. Never rejects. */
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
  decide: (request: ChangeRequest, loaded: Loaded) => Decided<R>,
  defer: Defer = setImmediate,
): GroupCommit<R> {
  const lanes = Array.from({ length: store.lanes.count }, () => createLane(store, decide, defer));
  const add = (waiting: Waiting<R>) => {
    const { accountId } = waiting.request;
    const lane = lanes[store.lanes.of(accountId)];
    if (lane === undefined) throw new Error(`there is no lane for ${accountId}`);
    lane.add(waiting);
  };
  return {
    submit: (request) => new Promise<R>((resolve, reject) => add({ request, resolve, reject })),
    submitAll: (requests) =>
      new Promise((resolve) => {
        const settled: Settled<R>[] = [];
        let left = requests.length;
        if (left === 0) resolve(settled);
        const settle = (index: number, one: Settled<R>) => {
          settled[index] = one;
          left -= 1;
          if (left === 0) resolve(settled);
        };
        for (const [index, request] of requests.entries())
          add({
            request,
            resolve: (outcome) => settle(index, { outcome }),
            reject: (error) => settle(index, { error }),
          });
      }),
    drain: async () => {
      await Promise.all(lanes.map((lane) => lane.drain()));
    },
  };
}

interface Lane<R> {
  readonly add: (waiting: Waiting<R>) => void;
  readonly drain: () => Promise<void>;
}

function createLane<R>(
  store: Pick<Store, 'transact' | 'lanes'>,
  decide: (request: ChangeRequest, loaded: Loaded) => Decided<R>,
  defer: Defer,
): Lane<R> {
  let waiting: Waiting<R>[] = [];
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
      const arrived = waiting.length;
      if (turnsLeft > 1 && arrived > seen && arrived < MAX_BATCH) {
        gather(turnsLeft - 1, arrived);
        return;
      }
      isScheduled = false;
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      void write(batch);
      schedule();
    });
  }

  async function write(batch: readonly Waiting<R>[]): Promise<void> {
    inFlight += 1;
    try {
      const outcomes = await store.transact(
        batch.map(({ request }) => request),
        decide,
      );
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] as R);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    inFlight -= 1;
    schedule();
    if (inFlight === 0 && waiting.length === 0) for (const tell of whenIdle.splice(0)) tell();
  }

  return {
    add: (one) => {
      const code = isClosing ? 'closing' : waiting.length >= MAX_WAITING ? 'overloaded' : null;
      if (code === null) {
        waiting.push(one);
        schedule();
        return;
      }
      one.reject(
        new Fault(`the change was not taken: ${code}`, { code, retryable: true, outcome: 'not-applied' }),
      );
    },
    drain: () =>
      new Promise<void>((resolve) => {
        isClosing = true;
        if (inFlight === 0 && waiting.length === 0) resolve();
        else whenIdle.push(resolve);
      }),
  };
}
