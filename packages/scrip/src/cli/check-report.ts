import { formatMicros } from '../core/credits.ts';
import type { PoolCheck, TargetCheck } from './check-plan.ts';
import { CommandFailure } from './command-failure.ts';
import { exitOfAll, hintOfAll } from './fail-unless-read.ts';
import type { PricedLine } from './seller.ts';
import { formatTable } from './table.ts';
import { renderFailure } from './target-balance.ts';
import { emphasise } from './terminal.ts';

/** Whether a plan fits at a target; null: nobody can say. */
function fits({ failure, pools }: TargetCheck): boolean | null {
  return failure === null ? pools.every(({ shortfallMicros }) => shortfallMicros === 0n) : null;
}

/** Whether it fits everywhere. Where one target is unknown, the whole is. */
function allFit(checks: readonly TargetCheck[]): boolean | null {
  if (checks.some((check) => fits(check) === null)) return null;
  return checks.every((check) => fits(check) === true);
}

const formatKnown = (micros: bigint | null) => (micros === null ? null : formatMicros(micros));

export function renderChecks(checks: readonly TargetCheck[]): string {
  return JSON.stringify({
    fits: allFit(checks),
    checks: checks.map((check) => ({
      target: check.target,
      asOf: check.asOf,
      fits: fits(check),
      pools: check.pools.map(({ pool, requiredMicros, availableMicros, shortfallMicros, unit }) => ({
        pool,
        required: formatMicros(requiredMicros),
        available: formatKnown(availableMicros),
        shortfall: formatKnown(shortfallMicros),
        unit,
      })),
      lines: check.lines.map(({ action, quantityMicros, pool, amountMicros }) => ({
        action,
        quantity: formatMicros(quantityMicros),
        pool,
        amount: formatMicros(amountMicros),
      })),
      ...(check.failure === null ? {} : { error: renderFailure(check.failure) }),
    })),
  });
}

/** What each target would be asked for, and what is missing; empty where nothing could be read. */
export function formatChecks(checks: readonly TargetCheck[]): string {
  const lines = checks.flatMap(({ target, lines: priced }) => priced.map((line) => ({ target, line })));
  const pools = checks.flatMap(({ target, pools: checked }) => checked.map((pool) => ({ target, pool })));
  const tables = [lines.length === 0 ? '' : formatLines(lines), pools.length === 0 ? '' : formatPools(pools)];
  return tables.filter((table) => table !== '').join('\n\n');
}

function formatLines(rows: readonly { readonly target: string; readonly line: PricedLine }[]): string {
  return formatTable(
    [
      { header: 'TARGET', value: ({ target }) => target },
      { header: 'ACTION', value: ({ line }) => line.action },
      { header: 'QUANTITY', align: 'right', value: ({ line }) => formatMicros(line.quantityMicros) },
      { header: 'POOL', value: ({ line }) => line.pool },
      { header: 'AMOUNT', align: 'right', value: ({ line }) => formatMicros(line.amountMicros) },
    ],
    rows,
    emphasise,
  );
}

function formatPools(rows: readonly { readonly target: string; readonly pool: PoolCheck }[]): string {
  return formatTable(
    [
      { header: 'TARGET', value: ({ target }) => target },
      { header: 'POOL', value: ({ pool }) => pool.pool },
      { header: 'REQUIRED', align: 'right', value: ({ pool }) => formatMicros(pool.requiredMicros) },
      {
        header: 'AVAILABLE',
        align: 'right',
        value: ({ pool }) => formatKnown(pool.availableMicros) ?? 'unknown',
      },
      {
        header: 'TO BUY',
        align: 'right',
        value: ({ pool }) => formatKnown(pool.shortfallMicros) ?? 'unknown',
      },
      { header: 'UNIT', value: ({ pool }) => pool.unit },
    ],
    rows,
    emphasise,
  );
}

/** Throws unless every target was read and the plan fits at each. What could not be judged comes before what is short. */
export function failUnlessFit(checks: readonly TargetCheck[]): void {
  const failed = checks.flatMap(({ target, failure }) => (failure === null ? [] : [{ target, failure }]));
  const short = checks.flatMap(({ target, pools }) =>
    pools.flatMap(({ pool, shortfallMicros }) =>
      shortfallMicros === null || shortfallMicros === 0n ? [] : [{ target, pool, shortfallMicros }],
    ),
  );
  const missing = short.map(
    ({ target, pool, shortfallMicros }) => `${formatMicros(shortfallMicros)} ${pool} at ${target}`,
  );
  const doesNotFit = missing.length === 0 ? [] : [`It does not fit: ${missing.join(' and ')} missing.`];
  const [first] = failed;
  if (first === undefined && doesNotFit.length === 0) return;
  if (first === undefined) throw CommandFailure.of('does-not-fit', doesNotFit.join(), { about: null });
  const told = failed.map(({ target, failure: { code, message } }) =>
    code === 'balance-unknown' ? message : `${target}: ${message}`,
  );
  throw first.failure.reworded([...told, ...doesNotFit].join('\n'), {
    exitCode: exitOfAll(failed),
    hint: hintOfAll(failed),
  });
}
