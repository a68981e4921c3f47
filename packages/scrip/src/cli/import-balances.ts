import { formatMicros } from '../core/credits.ts';
import { DirectoryInUse } from '../stores/sqlite/data-directory.ts';
import { timeCell } from './cell.ts';
import { CommandFailure } from './command-failure.ts';
import type { DataFlags } from './data-flag.ts';
import { readDataConfig } from './data-flag.ts';
import { openDirectoryTarget } from './directory-openings.ts';
import { noteDone } from './guard-output.ts';
import type { OpeningPlan } from './import-openings.ts';
import { applyOpenings, planOpenings, sumPools } from './import-openings.ts';
import { openInput } from './open-input.ts';
import { readOpeningRows } from './opening-rows.ts';
import type { OpeningTarget } from './opening-target.ts';
import { openServerTarget } from './server-openings.ts';
import { formatRecord, formatTable } from './table.ts';
import { emphasise, say, soften, writeData } from './terminal.ts';

export interface BalanceFlags extends DataFlags {
  readonly pool: string;
  readonly dryRun?: boolean;
  readonly server?: boolean;
}

/** First accounts of a plan that are shown. */
const SHOWN_STEPS = 5;

/** Opens the accounts of a CSV file and gives them their balances, when every line of it is right. */
export async function importBalances(file: string, flags: BalanceFlags): Promise<void> {
  const { pool: defaultPool, dryRun = false, server = false, json = false } = flags;
  const { stream } = await openInput(file);
  const target = server ? await openServerTarget() : await takeDirectory(flags);
  try {
    const rows = await readOpeningRows(stream, { defaultPool, pools: target.pools, nowMs: Date.now() });
    const plan = await planOpenings(target, rows);
    const isRight = plan.bad.length === 0;
    if (isRight && !dryRun) {
      await applyOpenings(target, plan);
      noteDone('The balances were imported', null);
    }
    writeData(json ? planJson(plan, { dryRun }) : formatPlan(plan));
    if (!isRight) throw wrongRows(plan);
    say(dryRun ? 'Nothing was written: without --dry-run it is.' : 'Imported.');
  } finally {
    await target.close();
  }
}

async function takeDirectory(flags: DataFlags): Promise<OpeningTarget> {
  try {
    return await openDirectoryTarget(await readDataConfig(flags));
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    throw CommandFailure.of('directory-in-use', error.message, {
      hint: 'Add --server to import through the server that runs there, with SCRIP_URL and SCRIP_KEY.',
    });
  }
}

function wrongRows({ lines, bad }: OpeningPlan): CommandFailure {
  const count = new Set(bad.map(({ line }) => line)).size;
  const message = `${count} of ${lines} lines cannot be imported, so none was.`;
  return CommandFailure.of('balances-wrong', message, { about: null });
}

function planJson(plan: OpeningPlan, { dryRun }: { dryRun: boolean }): string {
  const { lines, newAccounts, knownAccounts, givenBefore, bad } = plan;
  const pools = sumPools(plan).map(({ pool, grants, amountMicros }) => ({
    pool,
    grants,
    amount: formatMicros(amountMicros),
  }));
  return JSON.stringify({ dryRun, lines, newAccounts, knownAccounts, givenBefore, pools, bad });
}

function formatPlan(plan: OpeningPlan): string {
  const parts = [
    formatRecord(
      [
        ['lines', `${plan.lines}`],
        ['new accounts', `${plan.newAccounts}`],
        ['there already', `${plan.knownAccounts}`],
        ['given before', `${plan.givenBefore}`],
        ['wrong lines', `${new Set(plan.bad.map(({ line }) => line)).size}`],
      ],
      soften,
    ),
  ];
  const steps = plan.steps.filter(({ isNew, grants }) => isNew || grants.length > 0);
  if (plan.bad.length > 0) parts.push(formatBad(plan));
  else if (steps.length > 0) parts.push(formatSums(sumPools(plan)), formatSteps(steps));
  return parts.join('\n\n');
}

function formatSums(sums: ReturnType<typeof sumPools>): string {
  return formatTable(
    [
      { header: 'POOL', value: ({ pool }) => pool },
      { header: 'GRANTS', align: 'right', value: ({ grants }) => `${grants}` },
      { header: 'AMOUNT', align: 'right', value: ({ amountMicros }) => formatMicros(amountMicros) },
    ],
    sums,
    emphasise,
  );
}

function formatSteps(steps: OpeningPlan['steps']): string {
  const table = formatTable(
    [
      { header: 'ACCOUNT', value: ({ opening }) => opening.accountId },
      { header: 'NAME', value: ({ opening }) => opening.name },
      { header: 'OPENED', value: ({ isNew }) => (isNew ? 'now' : 'before') },
      {
        header: 'GIVEN',
        value: ({ grants }) =>
          grants
            .map(({ pool, amountMicros, expiresAtMs }) => {
              const until =
                expiresAtMs === null ? '' : ` until ${timeCell(new Date(expiresAtMs).toISOString())}`;
              return `${formatMicros(amountMicros)} of ${pool}${until}`;
            })
            .join(', '),
      },
    ],
    steps.slice(0, SHOWN_STEPS),
    emphasise,
  );
  const others = steps.length - SHOWN_STEPS;
  return others > 0 ? `${table}\nand ${others} more` : table;
}

function formatBad({ bad }: OpeningPlan): string {
  return formatTable(
    [
      { header: 'LINE', align: 'right', value: ({ line }) => `${line}` },
      { header: 'COLUMN', value: ({ column }) => column },
      { header: 'WHAT IS WRONG', value: ({ detail }) => detail },
    ],
    bad,
    emphasise,
  );
}
