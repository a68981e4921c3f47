import { Fault } from '../../ledger/fault.ts';

/**
 * Rows that may be on their way at once: two of the longest pages, each with the row that tells of a next one. What comes
 * of them takes the main thread some tens of milliseconds.
 */
const MAX_ROWS = 2 * 1001;
/** Reads that may wait before new ones are turned away. */
const MAX_WAITING = 1000;

/**
 * Lets reads of many rows through so few at a time that the event loop has turns in between: all replies that have come
 * in are taken up in one turn of it. Rejects with a `Fault` where too many wait.
 */
export type ReadWindow = <T>(rows: number, read: () => Promise<T>) => Promise<T>;

export function createReadWindow(maxRows = MAX_ROWS, maxWaiting = MAX_WAITING): ReadWindow {
  const waiting: { readonly rows: number; readonly begin: () => void }[] = [];
  let underWay = 0;

  const fits = (rows: number) => underWay === 0 || underWay + rows <= maxRows;

  function begin(rows: number): Promise<void> | null {
    if (waiting.length === 0 && fits(rows)) {
      underWay += rows;
      return null;
    }
    if (waiting.length >= maxWaiting)
      throw new Fault('too many reads wait for their turn', {
        code: 'overloaded',
        retryable: true,
        outcome: 'not-applied',
      });
    return new Promise((resolve) => waiting.push({ rows, begin: resolve }));
  }

  function end(rows: number): void {
    underWay -= rows;
    for (let next = waiting[0]; next !== undefined && fits(next.rows); next = waiting[0]) {
      waiting.shift();
      underWay += next.rows;
      next.begin();
    }
  }

  return async (rows, read) => {
    await begin(rows);
    try {
      return await read();
    } finally {
      // After the caller's own turn, which makes a reply of them.
      setImmediate(() => end(rows));
    }
  };
}
