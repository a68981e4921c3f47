import type { StoredEntry } from '../../packages/scrip/src/core/entry-format.ts';
import type { Random } from './random.ts';

/** An entry as it lies on the disk: text. */
export interface DiskRow extends StoredEntry {
  /** Null also when it has been erased. */
  personal: string | null;
  readonly hash: string;
}

/** One commit's rows: they are on the disk together or not at all. */
export type Transaction = readonly DiskRow[];

/** A disk that keeps what was synced, and of what was only written, after a crash, what the seed says. */
export interface Disk {
  readonly write: (transaction: Transaction) => void;
  /** Makes all that was written durable. */
  readonly sync: () => void;
  /** The power goes: a first part of what was written and not synced may be there all the same. */
  readonly crash: (random: Random) => void;
  readonly durable: () => readonly Transaction[];
  /** Takes the personal parts out of an account's rows before a version. */
  readonly erasePersonal: (accountId: string, beforeVersion: number) => void;
}

export function createDisk(onDurable: (transaction: Transaction) => void): Disk {
  const durable: Transaction[] = [];
  let written: Transaction[] = [];

  function keep(count: number): void {
    const kept = written.slice(0, count);
    written = written.slice(count);
    for (const transaction of kept) {
      durable.push(transaction);
      onDurable(transaction);
    }
  }

  return {
    write: (transaction) => void written.push(transaction),
    sync: () => keep(written.length),
    crash: (random) => {
      keep(random.integer(0, written.length));
      written = [];
    },
    durable: () => durable,
    erasePersonal: (accountId, beforeVersion) => {
      for (const row of durable.flat())
        if (row.accountId === accountId && row.version < beforeVersion) row.personal = null;
    },
  };
}
