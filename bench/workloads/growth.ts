import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createAckBook } from '../ledgers/ack-book.ts';
import { accountsToCheck, checkLedger, readMade } from '../ledgers/check-ledger.ts';
import type { LedgerShape } from '../ledgers/generate-ledger.ts';
import { accountIdOf, grantedCreditsOf } from '../ledgers/made-up.ts';
import { uniform } from '../load/account-choice.ts';
import { askAll } from '../load/ask-all.ts';
import { runClosedLoop } from '../load/closed-loop.ts';
import { debitTraffic, OPERATOR_HEADER } from '../load/debit-traffic.ts';
import type { Traffic } from '../load/traffic.ts';
import { getRequest } from '../load/traffic.ts';
import { measureRounds, plainFigure } from '../measure-rounds.ts';
import { memoryOf } from '../servers/memory-of.ts';
import { SCRIP_SETTINGS, startScrip } from '../servers/start-scrip.ts';
import type { Bench, Check, Figure, Outcome, Workload } from '../workload.ts';

const CONNECTIONS = 64;
const MIB = 1024 * 1024;
/** Accounts that are checked whether they were debited or not. */
const OTHERS_CHECKED = 100_000;

export const growth: Workload = { id: 'growth', title: 'How it grows', run };

async function run(bench: Bench): Promise<Outcome> {
  const { scale } = bench;
  const plain = { lotsPerAccount: 1, withKeys: false, debits: 0 };
  const few = Math.min(1000, scale.accounts);
  const shapes: { name: string; shape: LedgerShape }[] = [
    ...scale.growth.entries.map((debits) => ({
      name: `${debits.toLocaleString('en')} debits`,
      shape: { ...plain, accounts: few, debits },
    })),
    ...scale.growth.accounts.map((accounts) => ({
      name: `${accounts.toLocaleString('en')} accounts`,
      shape: { ...plain, accounts },
    })),
    ...scale.growth.lotsPerAccount.map((lotsPerAccount) => ({
      name: `${lotsPerAccount.toLocaleString('en')} lots an account`,
      shape: { ...plain, accounts: Math.min(100, few), lotsPerAccount },
    })),
  ];
  const figures: Figure[] = [];
  const checks: Check[] = [];
  for (const { name, shape } of shapes) {
    bench.say(`  ${name}`);
    const measured = await measureLedger(bench, name, shape);
    figures.push(...measured.figures);
    checks.push(...measured.checks);
  }
  return {
    setup: [
      `Ledgers that differ in one thing each: debits on ${few.toLocaleString('en')} accounts; accounts without debits; lots of each of ${Math.min(100, few)} accounts. No account has a key: all is asked as the operator. Loads are over ${CONNECTIONS} connections on accounts chosen uniformly among all of the ledger.`,
      'Nothing is read before the loads, but where there are debits each account once. The loads, and the warm-up before them, so read accounts from the disk for the first time: few of a thousand, but of millions so many that most reads are first ones.',
      'Memory and files are those after the loads.',
      SCRIP_SETTINGS,
    ],
    figures,
    findings: [],
    checks,
  };
}

async function measureLedger(
  bench: Bench,
  name: string,
  shape: LedgerShape,
): Promise<{ figures: Figure[]; checks: Check[] }> {
  const { scale, ledgers } = bench;
  const { accounts } = shape;
  const directory = await ledgers.make(shape);
  const scrip = await startScrip(directory);
  try {
    // One that has just begun may be overloaded, and no load may be refused.
    await askAll(scrip.url, { count: 1, path: () => '/scrip/v1/rate-card' }, () => {});
    const choose = uniform(accounts);
    // To read what is known would load what the loads are to find on the disk.
    const before =
      shape.debits === 0
        ? Array.from({ length: accounts }, (_, account) => grantedCreditsOf(account))
        : await readMade(scrip.url, shape);
    const book = createAckBook({ accounts, sampled: scale.sampledDebits });
    const read =
      (resource: string): Traffic =>
      () => ({
        bytes: getRequest(`/scrip/v1/accounts/${accountIdOf(choose())}/${resource}`, OPERATOR_HEADER),
        units: 1,
      });
    const load = (traffic: Traffic) => (seconds: number) =>
      runClosedLoop({ url: scrip.url, connections: CONNECTIONS, until: { seconds }, traffic });
    const who = 'Scrip';
    const figures = await measureRounds(
      [
        { who, what: `${name}: balance`, unit: 'requests/s', run: load(read('balance')) },
        { who, what: `${name}: page of history`, unit: 'requests/s', run: load(read('entries')) },
        { who, what: `${name}: single debit`, unit: 'debits/s', run: load(debitTraffic(choose, book)) },
      ],
      { ...bench, seconds: scale.balanceSeconds },
    );
    return {
      figures: [
        plainFigure({ who, what: `${name}: start`, unit: 'ms' }, [scrip.readyAfterMs]),
        ...figures,
        plainFigure({ who, what: `${name}: memory`, unit: 'MiB' }, [memoryOf(scrip.pid)]),
        plainFigure({ who, what: `${name}: files`, unit: 'MiB' }, [sizeOf(directory) / MIB]),
      ],
      checks: await checkLedger(
        scrip.url,
        book,
        before,
        accountsToCheck(book, { accounts, others: OTHERS_CHECKED }),
      ),
    };
  } finally {
    await scrip.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function sizeOf(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}
