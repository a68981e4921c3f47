import { RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import { Fault } from '../../packages/scrip/src/ledger/fault.ts';
import type { Ledger } from '../../packages/scrip/src/ledger/ledger.ts';
import { CARD, priceOfOne } from '../support/account-scenario.ts';
import { changeAccount, CREDIT } from '../support/commands.ts';
import type { Call } from './judge-change.ts';
import { judgeChange } from './judge-change.ts';
import { createReadJudge } from './judge-read.ts';
import { KEY_DIGESTS, randomCommand } from './random-call.ts';
import type { Random } from './random.ts';
import type { Moment, Referee } from './referee.ts';
import type { SimulatedProcess, World } from './world.ts';
import { ProcessDied } from './world.ts';

/** A ledger that runs in a process of its own. */
export interface Server {
  readonly process: SimulatedProcess;
  readonly ledger: Ledger;
}

export interface CallerParts {
  readonly random: Random;
  readonly world: World;
  readonly referee: Referee;
  /** What callers run in: it outlives every server. */
  readonly outside: SimulatedProcess;
  /** Null while there is none. */
  readonly server: () => Server | null;
  readonly accountIds: readonly string[];
  readonly trace: (line: string) => void;
  /** False when there have been enough operations. */
  readonly goesOn: () => boolean;
}

export interface Caller {
  readonly run: () => Promise<void>;
  /** Makes a change, tries again by its id until it is known what came of it, and checks that. */
  readonly settle: (call: Call) => Promise<boolean>;
}

/** How often a caller that got no answer never asks again, in percent. */
const GIVES_UP_PERCENT = 15;

export function createCaller(name: string, parts: CallerParts): Caller {
  const { random, world, referee, outside, trace } = parts;
  const judge = createReadJudge(parts);
  const settled: Call[] = [];
  let lastId = 0;

  /** Asks the server once; false when there was no answer that says what happened. */
  async function attempt(call: Call): Promise<boolean> {
    const server = parts.server();
    if (server === null) return false;
    const { accountId, id, command } = call;
    const moment = referee.moment(accountId);
    referee.attempt(accountId, id);
    const input = { accountId, id, command, actor: name, ...(call.name === null ? {} : { name: call.name }) };
    try {
      const { change, erase } = server.ledger;
      const make = command.kind === 'ErasePersonalData' ? erase : change;
      const outcome = await server.process.ask(make(input));
      const said = outcome.ok
        ? `${outcome.entry.version}${outcome.replayed ? ' again' : ''}`
        : outcome.rejection.code;
      trace(`${name} ${accountId} ${id} ${command.kind}: ${said}`);
      judgeChange({ referee, world }, call, { moment, outcome });
      return true;
    } catch (error) {
      if (error instanceof ProcessDied) referee.withdraw(accountId, id);
      else if (isFault(error)) {
        if (error.outcome === 'not-applied') referee.withdraw(accountId, id);
        trace(`${name} ${accountId} ${id} ${command.kind}: ${error.code}, ${error.outcome}`);
      } else throw error;
      return false;
    }
  }

  async function settle(call: Call): Promise<boolean> {
    while (!(await attempt(call))) {
      if (random.chance(GIVES_UP_PERCENT)) return false;
      await outside.turn();
    }
    settled.push(call);
    return true;
  }

  function newCall(): Call {
    lastId += 1;
    const id = `${name}-${lastId}`;
    if (random.chance(1)) return { accountId: RATE_CARD_STREAM, id, command: newCard(random), name: null };
    const accountId = random.pick(parts.accountIds);
    if (random.chance(4)) {
      const command = changeAccount({ setsName: true });
      return { accountId, id, command, name: `name ${random.integer(1, 3)}` };
    }
    const around = { random, record: referee.record(accountId), clockMs: world.clockMs() };
    return { accountId, id, command: randomCommand(around), name: null };
  }

  /** Mostly something new; sometimes an earlier change again, or its id for something else, or both at once. */
  async function change(): Promise<void> {
    const earlier = settled.length === 0 ? undefined : random.pick(settled.slice(-20));
    if (earlier !== undefined && random.chance(12)) {
      const isRenamed = earlier.name !== null && random.chance(30);
      await settle(isRenamed ? { ...earlier, name: `${earlier.name} again` } : earlier);
      return;
    }
    const call = newCall();
    if (earlier !== undefined && earlier.accountId === call.accountId && random.chance(10)) {
      await settle({ ...call, id: earlier.id });
      return;
    }
    const copies = random.chance(8) ? random.integer(2, 3) : 1;
    await Promise.all(Array.from({ length: copies }, () => settle(call)));
  }

  async function read(): Promise<void> {
    const server = parts.server();
    if (server === null) return;
    const accountId = random.pick(parts.accountIds);
    const moment = referee.moment(accountId);
    try {
      await random.pick(reads)(server, moment);
    } catch (error) {
      if (!(error instanceof ProcessDied) && !isFault(error)) throw error;
    }
  }

  type Read = (server: Server, moment: Moment) => Promise<void>;
  const reads: readonly Read[] = [
    async ({ process, ledger }, moment) =>
      judge.account(moment, await process.ask(ledger.account(moment.accountId))),
    async ({ process, ledger }, moment) => {
      const atMs = world.clockMs() - random.integer(0, 40) * 3_600_000;
      judge.accountAt(moment, atMs, await process.ask(ledger.accountAt(moment.accountId, atMs)));
    },
    async ({ process, ledger }, moment) => {
      const afterVersion = Math.max(0, moment.shownVersion - random.integer(0, 60));
      const query = { accountId: moment.accountId, afterVersion, limit: random.integer(1, 100) };
      judge.entries(moment, query, await process.ask(ledger.entries(query)));
    },
    async ({ process, ledger }, moment) => {
      const ever = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
      judge.usage(moment, await process.ask(ledger.usage(moment.accountId, ever)));
    },
    async ({ process, ledger }, moment) => {
      const id = settled.findLast(({ accountId }) => accountId === moment.accountId)?.id ?? 'never';
      judge.change(moment, id, await process.ask(ledger.findChange(moment.accountId, id)));
    },
    async ({ process, ledger }) => {
      const digest = random.pick(KEY_DIGESTS);
      const shown = new Map(referee.accountIds().map((id) => [id, referee.moment(id).shownVersion]));
      judge.keyOwner(digest, shown, await process.ask(ledger.keyOwner(digest)));
    },
  ];

  return {
    settle,
    run: async () => {
      while (parts.goesOn()) {
        await outside.turn();
        if (random.chance(25)) await read();
        else await change();
      }
      // What was acknowledged stays so, whatever happened since.
      for (const call of settled.slice(-5)) await settle(call);
    },
  };
}

function isFault(error: unknown): error is Fault {
  // By its name: a copy of the ledger throws a class of its own.
  return error instanceof Fault || (error instanceof Error && error.name === 'Fault');
}

/** The rate card with one price changed. */
function newCard(random: Random) {
  const sms = priceOfOne('standard', BigInt(random.integer(0, 30)) * (CREDIT / 10n));
  const { pools, actions } = CARD;
  return { kind: 'PublishRateCard', pools, actions: { ...actions, sms } } as const;
}
