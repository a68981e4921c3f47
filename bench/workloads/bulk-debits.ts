import { uniform } from '../load/account-choice.ts';
import { bulkTraffic } from '../load/bulk-traffic.ts';
import { runClosedLoop } from '../load/closed-loop.ts';
import type { Contender } from '../measure-rounds.ts';
import { figureOf, measureRounds, median, medianOf, plainFigure } from '../measure-rounds.ts';
import type { BulkPeer } from '../peers/bulk-peer.ts';
import { COALESCED_SETTINGS, createCoalescedPostgres } from '../peers/coalesced-postgres.ts';
import { createFunctionLedger, FUNCTION_SETTINGS } from '../peers/function-ledger.ts';
import { createSqliteInserts, SQLITE_SETTINGS } from '../peers/sqlite-inserts.ts';
import { startBare } from '../servers/start-bare.ts';
import { SCRIP_SETTINGS } from '../servers/start-scrip.ts';
import type { Bench, Check, Figure, Finding, Outcome, Workload } from '../workload.ts';
import { BULK_CONNECTIONS, BULK_LINES, loadFreshLedger } from './load-fresh-ledger.ts';

const INTO_NEW = 'bulk debits into a new ledger';
const SUSTAINED = 'bulk debits, sustained, until indexed';
const UNIT = 'debits/s';

export const bulkDebits: Workload = { id: 'W4', title: 'Bulk debits', run };

async function run(bench: Bench): Promise<Outcome> {
  const checks: Check[] = [];
  const fresh = await intoNew(bench, checks);
  const sustained = await toManyEntries(bench, checks);
  const { scale } = bench;
  const postgres = await bench.postgres();
  return {
    setup: [
      `${BULK_LINES.toLocaleString('en')} debits a request under random ids, on ${scale.accounts.toLocaleString('en')} accounts chosen uniformly, ${BULK_CONNECTIONS} connections.`,
      `Into a new ledger: rounds of ${scale.seconds} s. Scrip has a new process for each, on a ledger that holds accounts, grants, and the debits of the ${scale.freshWarmUpSeconds} s in which it warmed up, all indexed. The peers’ processes go on from round to round, warmed up for ${scale.warmUpSeconds} s before the first, and those with tables begin each round with empty ones.`,
      `Sustained: a new process and ledger for each round, as above, and then ${scale.sustainedEntries.toLocaleString('en')} debits; the clock stops when the derived indexes hold all of them.`,
      'Before each of Scrip’s rounds each account is read once, so that no round waits for the disk to find one.',
      SCRIP_SETTINGS,
      'Bare Fastify: parses the same JSON and drops it.',
      SQLITE_SETTINGS,
      ...(postgres === null
        ? ['PostgreSQL was left out.']
        : [postgres.settings, COALESCED_SETTINGS, FUNCTION_SETTINGS]),
    ],
    figures: [...fresh.figures, ...sustained.figures],
    findings: [...fresh.findings, ...sustained.findings],
    checks,
  };
}

interface Part {
  readonly figures: readonly Figure[];
  readonly findings: readonly Finding[];
}

async function intoNew(bench: Bench, checks: Check[]): Promise<Part> {
  const { scale, ledgers } = bench;
  const postgres = await bench.postgres();
  const sqlite = await createSqliteInserts({ ledgers, directory: bench.newDirectory('sqlite') }, BULK_LINES);
  const peers = new Map<string, BulkPeer>([['SQLite INSERTs', sqlite]]);
  if (postgres !== null) {
    peers.set(
      'coalesced PostgreSQL',
      await createCoalescedPostgres(postgres, { accounts: scale.accounts, lines: BULK_LINES }),
    );
    peers.set('ledger in SQL functions', await createFunctionLedger(postgres, scale.accounts));
  }
  const bare = await startBare({ balances: [], debit: { headers: {}, body: '' } });
  const dropped = bulkTraffic({ lines: BULK_LINES, choose: uniform(scale.accounts), book: null });
  const contender = (who: string, run: Contender['run']): Contender => ({
    who,
    what: INTO_NEW,
    unit: UNIT,
    run,
  });
  const contenders: Contender[] = [
    {
      ...contender('Scrip', async (seconds) => {
        const loaded = await loadFreshLedger(bench, { seconds });
        checks.push(...loaded.checks);
        return loaded.round;
      }),
      warmsItself: true,
    },
    contender('bare Fastify', (seconds) =>
      runClosedLoop({ url: bare.url, connections: BULK_CONNECTIONS, until: { seconds }, traffic: dropped }),
    ),
  ];
  for (const [who, peer] of peers)
    contenders.push(
      contender(who, async (seconds) => {
        const round = await peer.debits(seconds);
        checks.push(await peer.check());
        return round;
      }),
    );
  try {
    const figures = await measureRounds(contenders, { ...bench, seconds: scale.seconds });
    const mine = medianOf(figures, 'Scrip', INTO_NEW);
    const beside = ['bare Fastify', ...peers.keys()].map((who): Finding => ({
      what: `${INTO_NEW}, beside ${who}`,
      value: mine / medianOf(figures, who, INTO_NEW),
      unit: '×',
      target: null,
    }));
    return {
      figures,
      findings: [{ what: INTO_NEW, value: mine, unit: UNIT, target: { atLeast: 200_000 } }, ...beside],
    };
  } finally {
    await Promise.all([bare.stop(), ...[...peers.values()].map((peer) => peer.close())]);
  }
}

async function toManyEntries(bench: Bench, checks: Check[]): Promise<Part> {
  const { scale, say } = bench;
  const requests = Math.ceil(scale.sustainedEntries / BULK_LINES);
  const loads = [];
  for (let round = 1; round <= scale.sustainedRounds; round += 1) {
    const loaded = await loadFreshLedger(bench, { requests });
    checks.push(...loaded.checks);
    loads.push(loaded);
    say(
      `  round ${round} of ${scale.sustainedRounds}: Scrip, sustained: ${Math.round(loaded.indexedPerSecond).toLocaleString('en')} ${UNIT}`,
    );
  }
  const who = 'Scrip';
  const rates = loads.map(({ indexedPerSecond }) => indexedPerSecond);
  const stalls = loads.map(({ seen }) => seen.longestStallMs);
  return {
    figures: [
      {
        ...figureOf(
          { who, what: SUSTAINED, unit: UNIT },
          loads.map(({ round }) => round),
        ),
        values: rates,
      },
      plainFigure({ who, what: 'longest stall of the event loop', unit: 'ms' }, stalls),
      plainFigure(
        {
          who,
          what: 'furthest that derived indexes were seen behind, at one look a second',
          unit: 'entries',
        },
        loads.map(({ seen }) => seen.lagEntries),
      ),
    ],
    findings: [
      { what: SUSTAINED, value: median(rates), unit: UNIT, target: { atLeast: 100_000 } },
      {
        what: 'longest stall of the event loop under sustained bulk debits',
        value: Math.max(...stalls),
        unit: 'ms',
        target: { atMost: 50 },
      },
    ],
  };
}
