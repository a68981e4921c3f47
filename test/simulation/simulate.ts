import { strictEqual } from 'node:assert/strict';
import { RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import type { Ledger, LedgerParts } from '../../packages/scrip/src/ledger/ledger.ts';
import { createLedger } from '../../packages/scrip/src/ledger/ledger.ts';
import type { Store } from '../../packages/scrip/src/ledger/store.ts';
import { CARD, START_MS } from '../support/account-scenario.ts';
import { grantCredits, openAccount } from '../support/commands.ts';
import type { Server } from './caller.ts';
import { createCaller } from './caller.ts';
import { createDisk } from './disk.ts';
import type { Random } from './random.ts';
import { createRandom } from './random.ts';
import { createReferee } from './referee.ts';
import type { SimulatedStoreOptions } from './simulated-store.ts';
import { openSimulatedStore } from './simulated-store.ts';
import { createTrace } from './trace.ts';
import { moveClock } from './weather.ts';
import { createWorld } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Changes and reads by callers; as many as the seed says where it is left out. */
  readonly operations?: number;
  /** In a test of the simulation itself: a ledger or a store with a bug. */
  readonly createLedger?: (parts: LedgerParts) => Ledger;
  readonly openStore?: (options: SimulatedStoreOptions) => Store;
}

export interface SimulationReport {
  readonly operations: number;
  readonly entries: number;
  readonly crashes: number;
  /** A digest of all that happened, in its order. */
  readonly trace: string;
}

/** What a seed makes the world like: calm or rough, crowded or not. */
function climateOf(random: Random) {
  return {
    operations: random.pick([100, 250, 250, 250, 1000]),
    accountIds: ['ann', 'bob', 'cleo'].slice(0, random.integer(1, 3)),
    callers: random.integer(1, 8),
    lanes: random.pick([
      { count: 1, depth: 2 },
      { count: 1, depth: 2 },
      { count: 1, depth: 1 },
      { count: 3, depth: 1 },
    ]),
    faultPercent: random.pick([0, 0, 1, 5]),
    latePercent: random.pick([0, 0, 10, 40]),
    crashPercent: random.pick([0, 0.1, 0.3, 1]),
    stopPercent: random.pick([0, 0, 0.1]),
    clockPercent: random.pick([1, 3, 10]),
  };
}

/** Far more than any run needs: whoever waits longer waits for ever. */
const MAX_STEPS_PER_OPERATION = 2000;

/** One run: all that happens in it follows from the seed. Throws `SimulationFailure` when a rule is broken. */
export async function simulate({
  seed,
  operations: wanted,
  createLedger: create = createLedger,
  openStore = openSimulatedStore,
}: SimulationOptions): Promise<SimulationReport> {
  const random = createRandom(seed);
  const climate = climateOf(random);
  const operations = wanted ?? climate.operations;
  const world = createWorld({ random, startMs: START_MS });
  const trace = createTrace({ seed, operations, world });
  const referee = createReferee(world);
  const disk = createDisk((transaction) => trace.guard(() => referee.onDurable(transaction)));
  const outside = world.startProcess();
  let server: Server | null = null;
  let isPrepared = false;
  let left = operations;
  let crashes = 0;
  let lastId = 0;

  function start(): void {
    const process = world.startProcess();
    const faultPercent = () => (isPrepared ? climate.faultPercent : 0);
    const { lanes, latePercent } = climate;
    const store = openStore({ disk, process, random, faultPercent, latePercent, lanes });
    const next = () => `made-${(lastId += 1)}`;
    const ids = { next, salt: next };
    const ledger = create({ store, clock: { now: world.clockMs }, ids, defer: process.later });
    server = { process, ledger };
    trace.line('start');
  }

  /** The server ends at once; another one starts, sooner or later. */
  function crash(): void {
    server?.process.kill();
    server = null;
    disk.crash(random);
    crashes += 1;
    trace.line('crash');
    outside.later(start);
  }

  /** The server answers all that it has taken, and ends. */
  async function stop(): Promise<void> {
    const stopping = server;
    if (stopping === null) return;
    trace.line('stop');
    await stopping.process.ask(stopping.ledger.close());
    if (server === stopping) crash();
  }

  function disturb(): void {
    if (random.chance(climate.clockPercent)) moveClock({ random, world, referee });
    if (server === null) return;
    const isFailed = !server.ledger.health().writable;
    if (random.chance(isFailed ? 3 : climate.crashPercent)) crash();
    else if (random.chance(climate.stopPercent)) stop().catch(() => {});
  }

  const parts = {
    random,
    world,
    referee,
    outside,
    server: () => server,
    accountIds: climate.accountIds,
    trace: trace.line,
    goesOn: () => (left -= 1) >= 0,
  };
  const callers = Array.from({ length: climate.callers }, (_, at) => createCaller(`c${at}`, parts));
  const life = { isOver: false };

  async function live(): Promise<void> {
    const [first] = callers;
    const { pools, actions } = CARD;
    for (const command of [openAccount(), { kind: 'PublishRateCard', pools, actions } as const])
      await first?.settle({ accountId: RATE_CARD_STREAM, id: command.kind, command, name: null });
    for (const accountId of climate.accountIds)
      for (const command of [openAccount(), grantCredits(20n)])
        await first?.settle({ accountId, id: command.kind, command, name: null });
    isPrepared = true;
    await Promise.all(callers.map((caller) => caller.run()));
    life.isOver = true;
  }

  start();
  const living = live();
  living.catch(trace.fail);
  while (!life.isOver) {
    const goesOn = await world.step();
    trace.throwIfFailed();
    if (life.isOver) break;
    if (!goesOn) trace.fail(new Error('nothing happens any more, and somebody still waits'));
    if (world.steps() > operations * MAX_STEPS_PER_OPERATION) trace.fail(new Error('this never ends'));
    if (isPrepared) disturb();
    trace.throwIfFailed();
  }
  await living;
  const entries = disk.durable().flat().length;
  const checked = referee.accountIds().reduce((sum, id) => sum + referee.record(id).entries.length, 0);
  strictEqual(entries, checked);
  return { operations, entries, crashes, trace: trace.digest() };
}
