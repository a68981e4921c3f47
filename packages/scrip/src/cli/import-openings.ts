import { formatMicros, isInRange, MAX_MICROS } from '../core/credits.ts';
import { CommandFailure } from './command-failure.ts';
import type { BadRow, Opening, OpeningGrant, OpeningRows } from './opening-rows.ts';
import type { OpeningTarget } from './opening-target.ts';
import { openingGrantId } from './opening-target.ts';
import { startProgress } from './progress.ts';

/** What an import of balances would do, or has done. */
export interface OpeningPlan {
  readonly lines: number;
  /** Accounts to open. */
  readonly newAccounts: number;
  /** Accounts that are there: they stay as they are, but for the grants. */
  readonly knownAccounts: number;
  /** Grants that an earlier run of the same import has given. */
  readonly givenBefore: number;
  readonly steps: readonly OpeningStep[];
  readonly bad: readonly BadRow[];
}

export interface OpeningStep {
  readonly opening: Opening;
  readonly isNew: boolean;
  readonly grants: readonly OpeningGrant[];
}

/** Holds the lines of a file against what is there already; nothing is written. */
export async function planOpenings(
  target: OpeningTarget,
  { lines, openings, bad }: OpeningRows,
): Promise<OpeningPlan> {
  const steps: OpeningStep[] = [];
  const wrong = [...bad];
  let givenBefore = 0;
  await inChunks(openings, target.atOnce, 'checked', async (opening) => {
    const found = await target.find(opening.accountId);
    if (found?.isClosed === true)
      wrong.push({
        line: opening.line,
        column: 'id',
        detail: `is of the account ${opening.accountId}, which is closed.`,
      });
    const grants: OpeningGrant[] = [];
    for (const grant of opening.grants) {
      const given = found?.grants.get(openingGrantId(grant.pool));
      if (given === undefined) {
        const settledMicros = found?.settledMicros.get(grant.pool) ?? 0n;
        if (!isInRange(settledMicros + grant.amountMicros)) wrong.push(tooMuch(opening.accountId, grant));
        // A balance of nothing opens the account, and no more.
        else if (grant.amountMicros > 0n) grants.push(grant);
      } else if (given.amountMicros === grant.amountMicros && given.expiresAtMs === grant.expiresAtMs)
        givenBefore += 1;
      else wrong.push(givenOtherwise(opening.accountId, grant, given));
    }
    steps.push({ opening, isNew: found === null, grants });
  });
  const newAccounts = steps.filter(({ isNew }) => isNew).length;
  return {
    lines,
    newAccounts,
    knownAccounts: steps.length - newAccounts,
    givenBefore,
    steps: steps.toSorted((a, b) => a.opening.line - b.opening.line),
    bad: wrong.toSorted((a, b) => a.line - b.line),
  };
}

function tooMuch(accountId: string, { line, pool }: OpeningGrant): BadRow {
  const detail = `would bring the account ${accountId} above ${formatMicros(MAX_MICROS)} of ${pool}, the most that can be kept.`;
  return { line, column: 'balance', detail };
}

function givenOtherwise(
  accountId: string,
  { line, pool }: OpeningGrant,
  given: Pick<OpeningGrant, 'amountMicros' | 'expiresAtMs'>,
): BadRow {
  const until = given.expiresAtMs === null ? '' : ` until ${new Date(given.expiresAtMs).toISOString()}`;
  const detail = `is another than ${accountId} was given by an earlier import: ${formatMicros(given.amountMicros)} of ${pool}${until}.`;
  return { line, column: 'balance', detail };
}

/** Does what was planned. Each step can be done again without effect, so that a run that was cut short is run again. */
export async function applyOpenings(target: OpeningTarget, { steps }: OpeningPlan): Promise<void> {
  await target.start();
  await inChunks(steps, target.atOnce, 'imported', async ({ opening, isNew, grants }) => {
    try {
      if (isNew) await target.open(opening);
      for (const grant of grants) await target.grant(opening.accountId, grant);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      throw error.reworded(`Line ${opening.line}: ${error.message}`, {
        hint: `${error.hint ?? ''} Then run the same command again: nothing is given twice.`.trimStart(),
        about: { line: opening.line },
      });
    }
  });
}

async function inChunks<T>(
  items: readonly T[],
  atOnce: number,
  noun: string,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const progress = startProgress(items.length, `accounts ${noun}`);
  try {
    for (let at = 0; at < items.length; at += atOnce) {
      await Promise.all(items.slice(at, at + atOnce).map(work));
      progress.advance(at + atOnce, Math.min(at + atOnce, items.length));
    }
  } finally {
    progress.stop();
  }
}

export interface PoolSum {
  readonly pool: string;
  readonly grants: number;
  readonly amountMicros: bigint;
}

/** What is to be given of each pool, in the order in which the file names them. */
export function sumPools({ steps }: OpeningPlan): PoolSum[] {
  const sums = new Map<string, { pool: string; grants: number; amountMicros: bigint }>();
  for (const { pool, amountMicros } of steps.flatMap(({ grants }) => grants)) {
    const before = sums.get(pool) ?? { pool, grants: 0, amountMicros: 0n };
    sums.set(pool, { pool, grants: before.grants + 1, amountMicros: before.amountMicros + amountMicros });
  }
  return [...sums.values()];
}
