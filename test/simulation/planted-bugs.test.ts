import { describe, expect, it } from 'vitest';
import { FAULTY_STORES } from './faulty-stores.ts';
import { plantBug } from './plant-bug.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import type { SimulationOptions } from './simulate.ts';
import { simulate } from './simulate.ts';
import { SimulationFailure } from './trace.ts';

/** Runs that one bug is given to show itself. */
const SEEDS = 200;

async function failureOf(options: SimulationOptions): Promise<SimulationFailure | null> {
  try {
    await simulate(options);
    return null;
  } catch (error) {
    if (error instanceof SimulationFailure) return error;
    throw error;
  }
}

interface Found {
  readonly seed: number;
  readonly message: string;
  readonly summary: string;
  /** What the same seed comes to when it is run again. */
  readonly again: string | undefined;
}

/** The first seed that shows a bug; null when none does. */
async function find(parts: Omit<SimulationOptions, 'seed'>): Promise<Found | null> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const failure = await failureOf({ ...parts, seed });
    if (failure === null) continue;
    const again = await failureOf({ ...parts, seed });
    return { seed, message: failure.message, summary: failure.summary, again: again?.summary };
  }
  return null;
}

describe('the simulation', () => {
  it.each(PLANTED_BUGS)('finds a bug in $area: $name', async (bug) => {
    const found = await find({ createLedger: await plantBug(bug) });
    expect(found, `not found in ${SEEDS} runs`).not.toBeNull();
    expect(found?.message).toContain(`SCRIP_SIMULATION_SEED=${found?.seed} `);
    expect(found?.again).toBe(found?.summary);
  });

  it.each(FAULTY_STORES)('finds a bug in recovery: $name', async ({ open }) => {
    const found = await find({ openStore: open });
    expect(found, `not found in ${SEEDS} runs`).not.toBeNull();
    expect(found?.message).toContain(`SCRIP_SIMULATION_SEED=${found?.seed} `);
    expect(found?.again).toBe(found?.summary);
  });

  it('finds nothing in the ledger as it is, in the same runs', async () => {
    for (let seed = 1; seed <= 20; seed += 1) expect(await failureOf({ seed })).toBeNull();
  });
});
