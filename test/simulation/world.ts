import type { Answer } from '../../packages/scrip/src/ledger/answer.ts';
import type { Random } from './random.ts';

/** The process that was asked has died: whether it did what it was asked is not known. */
export class ProcessDied extends Error {}

/** What runs in one process. When it is killed, nothing of it ever runs again. */
export interface SimulatedProcess {
  /** Runs something in a later step; which one, the world chooses. */
  readonly later: (run: () => void) => void;
  /** Resolves in a later step, and never when the process is killed before. */
  readonly turn: () => Promise<void>;
  /** Waits for the process from outside. Rejects with `ProcessDied`. */
  readonly ask: <T>(work: Answer<T>) => Promise<T>;
  readonly kill: () => void;
}

/** Owns time and the order of everything that happens: one callback a step, chosen by the seed. */
export interface World {
  readonly clockMs: () => number;
  /** How often the clock has been set: names a moment of the past. */
  readonly clockCount: () => number;
  /** The times that the clock has shown from a moment on. */
  readonly clockSince: (count: number) => readonly number[];
  readonly setClock: (atMs: number) => void;
  readonly startProcess: () => SimulatedProcess;
  /** Does the next thing and all that follows at once from it; false when nothing is left to do. */
  readonly step: () => Promise<boolean>;
  readonly steps: () => number;
}

/** The longest that something can be put off, in steps. */
const MAX_DELAY_STEPS = 12;

interface Planned {
  readonly dueStep: number;
  readonly process: { isAlive: boolean };
  readonly run: () => void;
}

export function createWorld({ random, startMs }: { random: Random; startMs: number }): World {
  const clock = [startMs];
  let planned: Planned[] = [];
  let steps = 0;

  /** Whatever is due may come first: no order is promised to anyone who does not wait for it. */
  function takeNext(): Planned | undefined {
    planned = planned.filter(({ process }) => process.isAlive);
    const earliest = planned.reduce((least, { dueStep }) => Math.min(least, dueStep), Infinity);
    const due = planned.filter(({ dueStep }) => dueStep <= Math.max(steps, earliest));
    if (due.length === 0) return undefined;
    const next = random.pick(due);
    planned.splice(planned.indexOf(next), 1);
    return next;
  }

  return {
    clockMs: () => clock.at(-1) ?? startMs,
    clockCount: () => clock.length,
    clockSince: (count) => clock.slice(count - 1),
    setClock: (atMs) => void clock.push(atMs),
    startProcess: () => {
      const process = { isAlive: true };
      const waiting = new Set<() => void>();
      const later = (run: () => void) => {
        const delay = random.chance(60) ? 0 : random.integer(1, MAX_DELAY_STEPS);
        planned.push({ dueStep: steps + delay, process, run });
      };
      return {
        later,
        turn: () => new Promise((resolve) => later(resolve)),
        ask: (work) =>
          new Promise((resolve, reject) => {
            const died = () => reject(new ProcessDied('the process died before it answered'));
            waiting.add(died);
            Promise.resolve(work)
              .then(resolve, reject)
              .finally(() => waiting.delete(died));
          }),
        kill: () => {
          process.isAlive = false;
          for (const died of waiting) died();
        },
      };
    },
    step: async () => {
      const next = takeNext();
      if (next === undefined) return false;
      steps += 1;
      next.run();
      // Promises that follow from it settle before the event loop comes round again: nothing here waits for the machine.
      await new Promise((resolve) => setImmediate(resolve));
      return true;
    },
    steps: () => steps,
  };
}
