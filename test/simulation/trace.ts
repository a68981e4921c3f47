import { createHash } from 'node:crypto';
import type { World } from './world.ts';

/** A run broke a rule. Says the seed, and how to see it again. */
export class SimulationFailure extends Error {
  /** When and what, in one line: the same whenever the seed is run. */
  readonly summary: string;

  constructor(summary: string, message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'SimulationFailure';
    this.summary = summary;
  }
}

/** What happened, in order: its last lines for whoever looks into a failure, and a digest of all of it. */
export interface Trace {
  readonly line: (text: string) => void;
  /** The first failure counts: what follows from it says nothing. */
  readonly fail: (error: unknown) => void;
  readonly guard: (check: () => void) => void;
  /** Throws `SimulationFailure`. */
  readonly throwIfFailed: () => void;
  readonly digest: () => string;
}

const SHOWN_LINES = 25;

export function createTrace({
  seed,
  operations,
  world,
}: {
  seed: number;
  operations: number;
  world: World;
}): Trace {
  const hash = createHash('sha256');
  const lines: string[] = [];
  let failure: SimulationFailure | null = null;

  function fail(error: unknown): void {
    if (failure !== null) return;
    const said = error instanceof Error ? error.message : String(error);
    const summary = `seed ${seed}, step ${world.steps()}: ${said.split('\n')[0]}`;
    const stack = error instanceof Error ? error.stack : undefined;
    const last = lines.slice(-SHOWN_LINES).join('\n');
    const command = `SCRIP_SIMULATION_SEED=${seed} SCRIP_SIMULATION_OPERATIONS=${operations} npx vitest run test/simulation`;
    const message = `${summary}\n${stack}\n\nThe last that happened:\n${last}\n\nSee it again: ${command}\nKeep it: test/simulation/seeds.ts`;
    failure = new SimulationFailure(summary, message, error);
  }

  return {
    line: (text) => {
      const line = `${world.steps()} ${new Date(world.clockMs()).toISOString()} ${text}`;
      hash.update(`${line}\n`);
      lines.push(line);
      if (lines.length > 4 * SHOWN_LINES) lines.splice(0, lines.length - SHOWN_LINES);
    },
    fail,
    guard: (check) => {
      try {
        check();
      } catch (error) {
        fail(error);
      }
    },
    throwIfFailed: () => {
      if (failure !== null) throw failure;
    },
    digest: () => hash.copy().digest('hex'),
  };
}
