import { Fault } from '../../packages/scrip/src/ledger/fault.ts';
import type { AppendedEntry, ChainedState, Store } from '../../packages/scrip/src/ledger/store.ts';
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
}

interface Batch {
  readonly entries: readonly AppendedEntry[];
  readonly changed: ReadonlyMap<string, ChainedState>;
}

export function createSimulatedCommit(
  memory: StoreMemory,
  { disk, process, random, faultPercent }: CommitOptions,
): SimulatedCommit {
  let failure: string | null = null;
  let deciding: Promise<void> = Promise.resolve();
  let last: Promise<void> = Promise.resolve();

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

  return {
    transact: async (requests, decide) => {
      throwIfFailed();
      const turnBefore = deciding;
      deciding = (async () => {
        await turnBefore;
        await process.turn();
      })();
      await deciding;
      throwIfFailed();
      const entries: AppendedEntry[] = [];
      const changed = new Map<string, ChainedState>();
      const settled = requests.map((request) => {
        const { accountId, change } = request;
        const journal = memory.journal(accountId);
        const {
          outcome,
          entries: appended,
          next,
        } = decide(request, {
          account: journal?.decided ?? null,
          prior: journal?.byChange.get(change.id) ?? null,
          facts: factsOf(memory, request),
        });
        if (next === null) return { outcome };
        for (const recorded of appended) memory.keep(recorded, next);
        entries.push(...appended);
        changed.set(accountId, next);
        return { outcome };
      });
      last = write(last, { entries, changed });
      await last;
      return settled;
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
