import type { LedgerShape } from '../ledgers/generate-ledger.ts';
import { accountIdOf, accountKeyOf, grantedCreditsOf } from '../ledgers/made-up.ts';
import { askAll } from '../load/ask-all.ts';
import { OPERATOR_HEADER } from '../load/debit-traffic.ts';
import { plainFigure } from '../measure-rounds.ts';
import { memoryOf, mostMemoryOf } from '../servers/memory-of.ts';
import { SCRIP_SETTINGS, startScrip } from '../servers/start-scrip.ts';
import type { Bench, Check, Figure, Finding, Outcome, Workload } from '../workload.ts';

/** Of a larger ledger, this many accounts are read, evenly spread: enough to show whether memory goes on growing. */
const MOST_READ = 2_000_000;
/** Reads between two looks, for a system that does not keep the most. */
const LOOK_EVERY = 10_000;

export const memory: Workload = { id: 'W7', title: 'Memory', run };

async function run(bench: Bench): Promise<Outcome> {
  const { balanceAccounts, accountsOnDisk } = bench.scale;
  const shape = { accounts: balanceAccounts, lotsPerAccount: 1, withKeys: true, debits: 0 };
  const larger = { accounts: accountsOnDisk, lotsPerAccount: 1, withKeys: false, debits: 0 };
  const shapes: LedgerShape[] = accountsOnDisk > 0 ? [shape, larger] : [shape];
  const figures: Figure[] = [];
  const findings: Finding[] = [];
  const checks: Check[] = [];
  for (const shape of shapes) {
    const what = `memory, ${shape.accounts.toLocaleString('en')} accounts`;
    const measured = await readAll(bench, shape);
    checks.push(measured.check);
    figures.push(
      plainFigure({ who: 'Scrip', what: `${what}, after the start`, unit: 'MiB' }, [measured.startMiB]),
      plainFigure({ who: 'Scrip', what: `${what}, at the most`, unit: 'MiB' }, [measured.mostMiB]),
    );
    findings.push({ what, value: measured.mostMiB, unit: 'MiB', target: { atMost: 1024 } });
  }
  return {
    setup: [
      `Resident memory of the server’s process, the most since its start, while the balance of every account is read once (of a larger ledger ${MOST_READ.toLocaleString('en')}, evenly spread); one lot an account.`,
      `Of ${balanceAccounts.toLocaleString('en')} accounts each has a key, and is read with it.`,
      SCRIP_SETTINGS,
      accountsOnDisk > 0
        ? `Of ${accountsOnDisk.toLocaleString('en')} accounts none has a key; the operator reads them.`
        : 'A second ledger, ten times as large and without keys, is measured in the full run.',
    ],
    figures,
    findings,
    checks,
  };
}

async function readAll(
  { ledgers }: Bench,
  shape: LedgerShape,
): Promise<{ startMiB: number; mostMiB: number; check: Check }> {
  const scrip = await startScrip(await ledgers.get(shape));
  try {
    const startMiB = memoryOf(scrip.pid);
    let mostMiB = startMiB;
    let wrong = 0;
    const count = Math.min(shape.accounts, MOST_READ);
    const account = (index: number) => Math.floor((index * shape.accounts) / count);
    const path = (index: number) => `/scrip/v1/accounts/${accountIdOf(account(index))}/balance`;
    const header = (index: number) =>
      shape.withKeys ? `authorization: Bearer ${accountKeyOf(account(index))}\r\n` : OPERATOR_HEADER;
    let read = 0;
    await askAll(scrip.url, { count, path, header }, (index, reply) => {
      const granted = `"settled":"${grantedCreditsOf(account(index))}"`;
      if (reply.status !== 200 || !reply.body().includes(granted)) wrong += 1;
      read += 1;
      if (read % LOOK_EVERY === 0 || read === count) mostMiB = Math.max(mostMiB, mostMemoryOf(scrip.pid));
    });
    return {
      startMiB,
      mostMiB,
      check: {
        what: `Scrip: ${count.toLocaleString('en')} of ${shape.accounts.toLocaleString('en')} accounts have what they were granted`,
        problem: wrong === 0 ? null : `${wrong} have not`,
      },
    };
  } finally {
    await scrip.stop();
  }
}
