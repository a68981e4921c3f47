import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { KEPT_SEEDS } from './seeds.ts';
import { simulate } from './simulate.ts';

/** How long new seeds are tried: SCRIP_SIMULATION_SECONDS=3600 npx vitest run test/simulation */
const SECONDS = Number(process.env['SCRIP_SIMULATION_SECONDS'] ?? 20);
/** One seed alone, as the message of a failure names it. */
const SEED = process.env['SCRIP_SIMULATION_SEED'];
const OPERATIONS = process.env['SCRIP_SIMULATION_OPERATIONS'];

it.skipIf(SEED !== undefined)(
  `keeps every rule, whatever happens, for ${SECONDS} seconds of seeds that nobody has tried`,
  async () => {
    const endMs = Date.now() + SECONDS * 1000;
    const done = { runs: 0, operations: 0, entries: 0, crashes: 0 };
    while (Date.now() < endMs) {
      const { operations, entries, crashes } = await simulate({ seed: randomInt(2 ** 47) });
      done.runs += 1;
      done.operations += operations;
      done.entries += entries;
      done.crashes += crashes;
    }
    console.log(
      `simulated ${done.operations} operations (${Math.round(done.operations / SECONDS)} a second), ${done.entries} entries and ${done.crashes} crashes in ${done.runs} runs`,
    );
    // A simulation in which nothing happens would find nothing.
    expect(done.entries).toBeGreaterThan(done.runs * 10);
    expect(done.crashes).toBeGreaterThan(done.runs / 10);
  },
  SECONDS * 1000 + 60_000,
);

it.runIf(SEED !== undefined)(`keeps every rule with seed ${SEED}`, async () => {
  const operations = OPERATIONS === undefined ? {} : { operations: Number(OPERATIONS) };
  expect(await simulate({ seed: Number(SEED), ...operations })).toMatchObject(operations);
});

it('keeps every rule with the seeds that once broke one', async () => {
  for (const { seed, operations, found } of KEPT_SEEDS)
    await expect(simulate({ seed, operations }), found).resolves.toMatchObject({ operations });
});

it('is the same with the same seed, and another with another', async () => {
  const [first, again, other] = [
    await simulate({ seed: 7 }),
    await simulate({ seed: 7 }),
    await simulate({ seed: 8 }),
  ];
  expect(again).toEqual(first);
  expect(other.trace).not.toBe(first.trace);
});
