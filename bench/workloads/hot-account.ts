import { createAckBook } from '../ledgers/ack-book.ts';
import { checkFiles, countEntries } from '../ledgers/check-files.ts';
import { checkLedger, readMade } from '../ledgers/check-ledger.ts';
import type { AccountChoice } from '../load/account-choice.ts';
import { uniform } from '../load/account-choice.ts';
import { runClosedLoop } from '../load/closed-loop.ts';
import { debitTraffic } from '../load/debit-traffic.ts';
import type { Contender } from '../measure-rounds.ts';
import { measureRounds, medianOf } from '../measure-rounds.ts';
import { createNaivePostgres, NAIVE_SETTINGS } from '../peers/naive-postgres.ts';
import { SCRIP_SETTINGS, startScrip } from '../servers/start-scrip.ts';
import type { Bench, Finding, Outcome, Workload } from '../workload.ts';

const CONNECTIONS = 64;
const HOT = 'single debits, one account';
const SPREAD = 'single debits, all accounts';
const UNIT = 'debits/s';

export const hotAccount: Workload = { id: 'W3', title: 'One hot account', run };

async function run(bench: Bench): Promise<Outcome> {
  const { scale, ledgers } = bench;
  const { accounts } = scale;
  const postgres = await bench.postgres();
  const naive = postgres === null ? null : await createNaivePostgres(postgres, accounts);
  const directory = await ledgers.copy({ accounts, lotsPerAccount: 1, withKeys: false, debits: 0 });
  const scrip = await startScrip(directory);
  try {
    const before = await readMade(scrip.url, { accounts, debits: 0 });
    const entriesBefore = countEntries(directory);
    const book = createAckBook({ accounts, sampled: scale.sampledDebits });
    const debits = (choose: AccountChoice) => (seconds: number) =>
      runClosedLoop({
        url: scrip.url,
        connections: CONNECTIONS,
        until: { seconds },
        traffic: debitTraffic(choose, book),
      });
    const hot: AccountChoice = () => 0;
    const contenders: Contender[] = [
      { who: 'Scrip', what: HOT, unit: UNIT, run: debits(hot) },
      { who: 'Scrip', what: SPREAD, unit: UNIT, run: debits(uniform(accounts)) },
    ];
    if (naive !== null)
      contenders.push({ who: 'naive PostgreSQL', what: HOT, unit: UNIT, run: naive.debits(hot) });
    const figures = await measureRounds(contenders, { ...bench, seconds: scale.debitSeconds });
    const mine = medianOf(figures, 'Scrip', HOT);
    const findings: Finding[] = [
      {
        what: 'one hot account, beside all accounts',
        value: mine / medianOf(figures, 'Scrip', SPREAD),
        unit: '×',
        target: { atLeast: 0.95 },
      },
    ];
    if (naive !== null)
      findings.push({
        what: 'one hot account, beside naive PostgreSQL on one row',
        value: mine / medianOf(figures, 'naive PostgreSQL', HOT),
        unit: '×',
        target: { atLeast: 20 },
      });
    return {
      setup: [
        `As W2, on one account of ${accounts.toLocaleString('en')}, beside debits spread over all of them.`,
        'Before that each account is read once, so that no round waits for the disk to find one.',
        SCRIP_SETTINGS,
        ...(postgres === null ? ['PostgreSQL was left out.'] : [postgres.settings, NAIVE_SETTINGS]),
      ],
      figures,
      findings,
      checks: [
        ...(await checkLedger(scrip.url, book, before)),
        await checkFiles(scrip, { directory, entries: entriesBefore + book.entries() }),
        ...(naive === null ? [] : [await naive.check()]),
      ],
    };
  } finally {
    await Promise.all([scrip.stop(), naive?.close()]);
  }
}
