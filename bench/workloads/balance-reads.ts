import { checkBalances } from '../ledgers/check-balances.ts';
import { zipf } from '../load/account-choice.ts';
import type { BalanceRoute } from '../load/balance-traffic.ts';
import { askBalance, BALANCE_ROUTES, balanceTraffic, nameOf } from '../load/balance-traffic.ts';
import { runClosedLoop } from '../load/closed-loop.ts';
import type { Contender } from '../measure-rounds.ts';
import { figureOf, measureRounds, medianOf } from '../measure-rounds.ts';
import { captureReply, startBare } from '../servers/start-bare.ts';
import type { BareReplies } from '../servers/start-bare.ts';
import { SCRIP_SETTINGS, startScrip } from '../servers/start-scrip.ts';
import type { Bench, Figure, Finding, Outcome, Workload } from '../workload.ts';

const CONNECTIONS = 64;
const THETA = 0.99;

export const balanceReads: Workload = { id: 'W1', title: 'Balance reads', run };

async function run(bench: Bench): Promise<Outcome> {
  const { scale, ledgers } = bench;
  const accounts = scale.balanceAccounts;
  const directory = await ledgers.get({ accounts, lotsPerAccount: 1, withKeys: true, debits: 0 });
  const scrip = await startScrip(directory);
  const bare = await startBare(await captureBalances(scrip.url));
  const servers = [
    { who: 'Scrip', url: scrip.url },
    { who: 'bare Fastify', url: bare.url },
  ];
  try {
    const choose = zipf(accounts, THETA);
    const contenders = BALANCE_ROUTES.flatMap((route) =>
      servers.map(({ who, url }): Contender => {
        const traffic = balanceTraffic(route, choose);
        return {
          who,
          what: `balance in ${nameOf(route)}`,
          unit: 'requests/s',
          run: (seconds) => runClosedLoop({ url, connections: CONNECTIONS, until: { seconds }, traffic }),
        };
      }),
    );
    bench.say('  each account is read for the first time');
    const firstReads = await readEachOnce(scrip.url, accounts);
    const figures = [
      firstReads,
      ...(await measureRounds(contenders, { ...bench, seconds: scale.balanceSeconds })),
    ];
    return {
      setup: [
        `${accounts.toLocaleString('en')} accounts, chosen by Zipf ${THETA}, each read with its own key over ${CONNECTIONS} connections.`,
        'Before that each account is read once, as it will have been on a server that has run for a while.',
        SCRIP_SETTINGS,
        'Bare Fastify: the same routes, answering at once with one of Scrip’s replies, headers and all.',
      ],
      figures,
      findings: BALANCE_ROUTES.flatMap((route) => findingsOf(route, figures)),
      checks: [await checkBalances(scrip.url, { accounts, sampled: Math.min(200, accounts) })],
    };
  } finally {
    await Promise.all([scrip.stop(), bare.stop()]);
  }
}

/** Reads that find nothing of an account in memory: its key, and the account itself, come from the disk. */
async function readEachOnce(url: string, accounts: number): Promise<Figure> {
  const [route] = BALANCE_ROUTES as [BalanceRoute];
  let read = 0;
  const traffic = balanceTraffic(route, () => (read += 1) - 1);
  const round = await runClosedLoop({
    url,
    connections: CONNECTIONS,
    until: { requests: accounts },
    traffic,
  });
  const what = `first read of an account, in ${nameOf(route)}`;
  return figureOf({ who: 'Scrip', what, unit: 'requests/s' }, [round]);
}

function findingsOf(route: BalanceRoute, figures: readonly Figure[]): Finding[] {
  const what = `balance in ${nameOf(route)}`;
  const rate = (who: string) => medianOf(figures, who, what);
  return [
    {
      what: `${what}, beside bare Fastify, same bytes`,
      value: rate('Scrip') / rate('bare Fastify'),
      unit: '×',
      target: { atLeast: 0.8 },
    },
  ];
}

async function captureBalances(url: string): Promise<BareReplies> {
  const balances = [];
  for (const route of BALANCE_ROUTES)
    balances.push({
      pattern: route.pattern,
      ...(await captureReply(() => askBalance(url, route, 0))),
    });
  return { balances, debit: { headers: {}, body: '' } };
}
