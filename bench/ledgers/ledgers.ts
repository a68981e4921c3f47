import { cpSync } from 'node:fs';
import type { LedgerShape } from './generate-ledger.ts';
import { changesIn, generateLedger } from './generate-ledger.ts';

/** Ledgers that are made when they are first asked for, and then kept for the run. */
export interface Ledgers {
  /** To be read only. */
  readonly get: (shape: LedgerShape) => Promise<string>;
  /** A copy that may be changed. */
  readonly copy: (shape: LedgerShape) => Promise<string>;
  /** One that is not kept: it may be changed, and taken away. */
  readonly make: (shape: LedgerShape) => Promise<string>;
}

const SAY_EVERY = 100_000;

export function createLedgers({
  newDirectory,
  say,
}: {
  readonly newDirectory: (name: string) => string;
  readonly say: (text: string) => void;
}): Ledgers {
  const made = new Map<string, Promise<string>>();

  async function make(shape: LedgerShape): Promise<string> {
    const directory = newDirectory('ledger');
    const all = changesIn(shape);
    let changes = 0;
    say(
      `making a ledger of ${shape.accounts.toLocaleString('en')} accounts: ${all.toLocaleString('en')} changes`,
    );
    await generateLedger(directory, shape, () => {
      changes += 1;
      if (changes % SAY_EVERY === 0) say(`  ${Math.floor((100 * changes) / all)} %`);
    });
    return directory;
  }

  const keyOf = (shape: LedgerShape) => JSON.stringify(shape);

  const get = (shape: LedgerShape) => {
    const known = made.get(keyOf(shape)) ?? make(shape);
    made.set(keyOf(shape), known);
    return known;
  };

  async function copy(shape: LedgerShape): Promise<string> {
    const from = await get(shape);
    const to = newDirectory('ledger');
    cpSync(from, to, { recursive: true });
    return to;
  }

  return {
    get,
    copy,
    // Where one of the shape is kept already, to copy it takes less time.
    make: (shape) => (made.has(keyOf(shape)) ? copy(shape) : make(shape)),
  };
}
