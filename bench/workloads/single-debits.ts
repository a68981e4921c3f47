import { randomUUID } from 'node:crypto';
import { createAckBook } from '../ledgers/ack-book.ts';
import { checkFiles, countEntries } from '../ledgers/check-files.ts';
import { checkLedger, readMade } from '../ledgers/check-ledger.ts';
import { accountIdOf, OPERATOR_KEY } from '../ledgers/made-up.ts';
import { uniform } from '../load/account-choice.ts';
import { runClosedLoop } from '../load/closed-loop.ts';
import { DEBIT_BODY, debitTraffic } from '../load/debit-traffic.ts';
import type { Contender } from '../measure-rounds.ts';
import { measureRounds, median, medianOf, plainFigure } from '../measure-rounds.ts';
import { createNaivePostgres, NAIVE_SETTINGS } from '../peers/naive-postgres.ts';
import { untilDerived, watchScrip } from '../servers/scrip-metrics.ts';
import { captureReply, startBare } from '../servers/start-bare.ts';
import { SCRIP_SETTINGS, startScrip } from '../servers/start-scrip.ts';
import type { Bench, Figure, Outcome, Workload } from '../workload.ts';

const CONNECTIONS = 64;
const WHAT = 'single debits';

export const singleDebits: Workload = { id: 'W2', title: 'Single debits', run };

async function run(bench: Bench): Promise<Outcome> {
  const { scale, ledgers } = bench;
  const { accounts } = scale;
  const postgres = await bench.postgres();
  const naive = postgres === null ? null : await createNaivePostgres(postgres, accounts);
  const shape = { accounts, lotsPerAccount: 1, withKeys: false, debits: 0 };
  const directory = await ledgers.copy(shape);
  const scrip = await startScrip(directory);
  const before = await readMade(scrip.url, shape);
  const entriesBefore = countEntries(directory);
  const book = createAckBook({ accounts, sampled: scale.sampledDebits });
  const id = randomUUID();
  const debit = await captureReply(() => debitOnce(scrip.url, id));
  book.acknowledge(0, id);
  const bare = await startBare({ balances: [], debit });
  try {
    const load =
      (url: string, traffic: Parameters<typeof runClosedLoop>[0]['traffic']) => (seconds: number) =>
        runClosedLoop({ url, connections: CONNECTIONS, until: { seconds }, traffic });
    const contenders: Contender[] = [
      {
        who: 'Scrip',
        what: WHAT,
        unit: 'debits/s',
        run: load(scrip.url, debitTraffic(uniform(accounts), book)),
      },
      {
        who: 'bare Fastify',
        what: WHAT,
        unit: 'debits/s',
        run: load(bare.url, debitTraffic(uniform(accounts), null)),
      },
    ];
    if (naive !== null)
      contenders.push({
        who: 'naive PostgreSQL',
        what: WHAT,
        unit: 'debits/s',
        run: naive.debits(uniform(accounts)),
      });
    const watch = await watchScrip(scrip.url);
    const figures = await measureRounds(contenders, { ...bench, seconds: scale.debitSeconds });
    const { lagEntries, longestStallMs } = await watch.end();
    const drainedMs = await untilDerived(scrip.url);
    const rate = (who: string) => medianOf(figures, who, WHAT);
    return {
      setup: [
        `${accounts.toLocaleString('en')} accounts, chosen uniformly; ${CONNECTIONS} connections; a random Idempotency-Key for each debit; ${scale.debitSeconds} s a round, on the same ledger.`,
        'Before that each account is read once, so that no round waits for the disk to find one.',
        `The derived indexes had caught up ${Math.round(drainedMs)} ms after the load.`,
        SCRIP_SETTINGS,
        'Bare Fastify: the same route checks the same body against the same schema, and answers with one of Scrip’s replies, headers and all.',
        ...(postgres === null ? ['PostgreSQL was left out.'] : [postgres.settings, NAIVE_SETTINGS]),
      ],
      figures: [
        ...figures,
        plainFigure({ who: 'Scrip', what: 'longest stall of the event loop', unit: 'ms' }, [longestStallMs]),
        plainFigure(
          {
            who: 'Scrip',
            what: 'furthest that derived indexes were seen behind, at one look a second',
            unit: 'entries',
          },
          [lagEntries],
        ),
      ],
      findings: [
        {
          what: 'single debits, beside bare Fastify',
          value: rate('Scrip') / rate('bare Fastify'),
          unit: '×',
          target: { atLeast: 0.6 },
        },
        { what: 'single debits, p99', value: p99Of(figures, 'Scrip'), unit: 'ms', target: { atMost: 10 } },
        ...(naive === null
          ? []
          : [
              {
                what: 'single debits, beside naive PostgreSQL',
                value: rate('Scrip') / rate('naive PostgreSQL'),
                unit: '×',
                target: { atLeast: 7 },
              } as const,
            ]),
      ],
      checks: [
        ...(await checkLedger(scrip.url, book, before)),
        await checkFiles(scrip, { directory, entries: entriesBefore + book.entries() }),
        ...(naive === null ? [] : [await naive.check()]),
      ],
    };
  } finally {
    await Promise.all([scrip.stop(), bare.stop(), naive?.close()]);
  }
}

function p99Of(figures: readonly Figure[], who: string): number {
  return median(figures.find((figure) => figure.who === who)?.p99Ms ?? []);
}

/** The debit whose reply the bare server repeats. */
function debitOnce(url: string, id: string): Promise<Response> {
  return fetch(`${url}/scrip/v1/accounts/${accountIdOf(0)}/debits`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${OPERATOR_KEY}`,
      'content-type': 'application/json',
      'idempotency-key': id,
    },
    body: DEBIT_BODY,
  });
}
