import { Fault } from '../../ledger/fault.ts';
import type { DeriverNotice, DeriverRequest, DeriverSizes, SnapshotRow } from './deriver-thread.ts';
import type { SegmentIds } from './segments/segment-writer.ts';
import { startThread } from './thread.ts';

/** Entries are gathered this long, so that few calls make many small batches one larger one. */
const GATHER_MS = 200;
/** Entries that are worth a batch at once. */
const GATHER_ENTRIES = 16_384;

/** The derived tables' side of the engine: a thread that writes them behind the journal. */
export interface Derivation {
  /** Asks for everything up to a position. */
  readonly derive: (upTo: number) => void;
  /** They rest on entries up to a position, which are durable. */
  readonly keepSnapshots: (rows: readonly SnapshotRow[], upTo: number) => void;
  /** The last position that is in the derived tables. */
  readonly checkpoint: () => number;
  /** Why nothing is derived any more; null while all is well. */
  readonly failure: () => string | null;
  /** Lets those that wait look again. */
  readonly wake: () => void;
  /** Resolves when the tables are at most so many entries behind a position. Throws a `Fault` when they never will be, and what `position` throws. */
  readonly whenWithin: (entries: number, position: () => number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function startDerivation({
  files,
  sizes,
  checkpoint: start,
  onDerived,
  onSegment,
}: {
  readonly files: { readonly journal: string; readonly derived: string };
  readonly sizes: DeriverSizes;
  readonly checkpoint: number;
  readonly onDerived: (checkpoint: number) => void;
  /** A new segment, which may take the place of those that it covers. Comes before what it holds is said to be derived. */
  readonly onSegment: (ids: SegmentIds) => void;
}): Derivation {
  let checkpoint = start;
  let failure: string | null = null;
  let waiting: (() => void)[] = [];

  function wake(): void {
    const woken = waiting;
    waiting = [];
    for (const proceed of woken) proceed();
  }

  const thread = startThread({
    name: 'deriver-thread',
    isLasting: true,
    data: { files, sizes },
    onNotice: (notice: DeriverNotice) => {
      onSegment(notice.segment);
      checkpoint = notice.checkpoint;
      onDerived(checkpoint);
      wake();
    },
    onCrash: (error) => {
      failure ??= `the indexes cannot be written: ${error.message}`;
      wake();
    },
  });
  const tell = (request: DeriverRequest) => thread.tell(request);
  let wanted = start;
  let told = start;
  let timer: NodeJS.Timeout | null = null;

  function tellWanted(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    told = wanted;
    tell({ kind: 'derive', upTo: wanted });
  }

  return {
    derive: (upTo) => {
      wanted = upTo;
      if (wanted - told >= GATHER_ENTRIES) tellWanted();
      else timer ??= setTimeout(tellWanted, GATHER_MS);
    },
    keepSnapshots: (rows, upTo) => tell({ kind: 'snapshots', rows, upTo }),
    checkpoint: () => checkpoint,
    failure: () => failure,
    wake,
    whenWithin: async (entries, position) => {
      for (;;) {
        if (failure !== null)
          throw new Fault(failure, { code: 'store-failed', retryable: true, outcome: 'not-applied' });
        if (position() - checkpoint <= entries) return;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    close: async () => {
      if (timer !== null) clearTimeout(timer);
      try {
        if (failure === null) await thread.ask({ kind: 'close' } satisfies DeriverRequest);
      } finally {
        await thread.end();
      }
    },
  };
}
