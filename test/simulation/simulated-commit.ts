import { Fault } from '../../packages/scrip/src/ledger/fault.ts';
import type {
  AppendedEntry,
  ChainedState,
  ChangeRequest,
  Decide,
  Settled,
  Store,
} from '../../packages/scrip/src/ledger/store.ts';
import type { Disk, DiskRow } from './disk.ts';
import type { Random } from './random.ts';
import type { StoreMemory } from './simulated-memory.ts';
import { factsOf } from './simulated-memory.ts';
import type { SimulatedProcess } from './world.ts';

/** The writing side of the simulated store. */
export interface SimulatedCommit {
  readonly transact: Store['transact'];
  /** Why nothing is written any more; null while all is well. */
  readonly failure: () => string | null;
  readonly close: () => Promise<void>;
}

/** How a commit goes wrong: refused by the disk; lost; on its way to the disk; there, and nobody is told. */
const FAULTS = ['refused', 'lost', 'late', 'unanswered'] as const;

export interface CommitOptions {
  readonly disk: Disk;
  readonly process: SimulatedProcess;
  readonly random: Random;
  /** How often a commit goes wrong, in percent. */
  readonly faultPercent: () => number;
  /** How often an account must be read before it is changed, in percent. */
  readonly latePercent: number;
}

/** The requests of one call, and what became of them. */
interface Asked<R> {
  readonly requests: readonly ChangeRequest[];
  readonly decide: Decide<R>;
  readonly settled: (Settled<R> | undefined)[];
}

interface Batch {
  readonly entries: readonly AppendedEntry[];
  readonly changed: ReadonlyMap<string, ChainedState>;
}

export function createSimulatedCommit(
  memory: StoreMemory,
  { disk, process, random, faultPercent, latePercent }: CommitOptions,
): SimulatedCommit {
  let failure: string | null = null;
  let deciding: Promise<void> = Promise.resolve();
  let last: Promise<void> = Promise.resolve();
  /** Accounts of requests that wait to be read. */
  const late: string[] = [];
  let lastLate: Promise<unknown> = Promise.resolve();

  function fault(outcome: 'not-applied' | 'unknown'): Fault {
    return new Fault(`the simulated disk: ${failure}`, { code: 'store-failed', retryable: true, outcome });
  }

  function throwIfFailed(): void {
    if (failure !== null) throw fault('not-applied');
  }

  /** Commits one after the other: what was decided on top of a failed one fails as well. */
  async function write(before: Promise<void>, { entries, changed }: Batch): Promise<void> {
    await before.catch(() => {});
    throwIfFailed();
    if (entries.length === 0) return;
    const wrong = random.chance(faultPercent()) ? random.pick(FAULTS) : null;
    await process.turn();
    if (wrong === 'refused' || wrong === 'lost') {
      failure = wrong;
      throw fault(wrong === 'lost' ? 'unknown' : 'not-applied');
    }
    disk.write(entries.map(toRow));
    await process.turn();
    if (wrong === 'late') {
      failure = wrong;
      throw fault('unknown');
    }
    disk.sync();
    await process.turn();
    if (wrong === 'unanswered') {
      failure = wrong;
      throw fault('unknown');
    }
    for (const [accountId, { state }] of changed) memory.publish(accountId, state);
  }

  /** Decides some requests of a batch; resolves when what they came to is durable. */
  async function decideThose<R>({ requests, decide, settled }: Asked<R>, places: readonly number[]) {
    const entries: AppendedEntry[] = [];
    const changed = new Map<string, ChainedState>();
    const outcomes = new Map<number, Settled<R>>();
    for (const at of places) {
      const request = requests[at] as ChangeRequest;
      const { accountId, change } = request;
      const journal = memory.journal(accountId);
      const decided = decide(request, {
        account: journal?.decided ?? null,
        prior: journal?.byChange.get(change.id) ?? null,
        facts: factsOf(memory, request),
      });
      const { outcome, entries: appended, next } = decided;
      outcomes.set(at, { outcome });
      if (next === null) continue;
      for (const recorded of appended) memory.keep(recorded, next);
      entries.push(...appended);
      changed.set(accountId, next);
    }
    last = write(last, { entries, changed });
    await last;
    for (const [at, one] of outcomes) settled[at] = one;
  }

  /** A failure is that of each of them. */
  async function settleThose<R>(asked: Asked<R>, places: readonly number[]): Promise<void> {
    await decideThose(asked, places).catch((error: unknown) => {
      for (const at of places) asked.settled[at] = { error };
    });
  }

  /** Decides those that had to be read first, after those that waited before them. */
  async function decideLate<R>(asked: Asked<R>, places: readonly number[]): Promise<void> {
    const accountIds = places.map((at) => (asked.requests[at] as ChangeRequest).accountId);
    for (const id of accountIds) late.push(id);
    const before = lastLate;
    const decided = (async () => {
      await before;
      await process.turn();
      for (const id of accountIds) late.splice(late.indexOf(id), 1);
      return { durable: settleThose(asked, places) };
    })();
    lastLate = decided;
    await (
      await decided
    ).durable;
  }

  return {
    transact: async <R>(requests: readonly ChangeRequest[], decide: Decide<R>) => {
      throwIfFailed();
      const turnBefore = deciding;
      deciding = (async () => {
        await turnBefore;
        await process.turn();
      })();
      await deciding;
      throwIfFailed();
      const asked = { requests, decide, settled: requests.map((): Settled<R> | undefined => undefined) };
      // A later request of an account never overtakes an earlier one.
      const absent = new Set(late);
      for (const { accountId } of requests) if (random.chance(latePercent)) absent.add(accountId);
      const isAbsent = (at: number) => absent.has((requests[at] as ChangeRequest).accountId);
      const places = [...requests.keys()];
      const left = places.filter(isAbsent);
      if (left.length === 0) {
        await decideThose(asked, places);
        return { settled: asked.settled, later: null };
      }
      const durable = settleThose(
        asked,
        places.filter((at) => !isAbsent(at)),
      );
      const later = decideLate(asked, left);
      await durable;
      return { settled: asked.settled, later };
    },
    failure: () => failure,
    close: async () => {
      await last.catch(() => {});
    },
  };
}

function toRow({ entry, body, personal, hash }: AppendedEntry): DiskRow {
  const { accountId, version } = entry;
  return { accountId, version, body, personal: personal === null ? null : JSON.stringify(personal), hash };
}
