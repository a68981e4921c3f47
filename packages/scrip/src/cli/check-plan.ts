import { parseLenientMicros } from '@scrip/dialects';
import { CommandFailure } from './command-failure.ts';
import type { Plan, PlanLine } from './plan.ts';
import type { PricedLine, Seller } from './seller.ts';
import { asFailure, type PoolReading, type ReadBalance, type Reading } from './target-balance.ts';

/** What a plan takes from one pool. Null: the balance is unknown, and so is what is missing. */
export interface PoolCheck {
  readonly pool: string;
  readonly unit: string;
  readonly requiredMicros: bigint;
  readonly availableMicros: bigint | null;
  readonly shortfallMicros: bigint | null;
}

/** What a plan comes to at one target; `failure` where nothing can be said of it. */
export interface TargetCheck {
  readonly target: string;
  readonly asOf: string | null;
  /** Prices, by action. */
  readonly lines: readonly PricedLine[];
  readonly pools: readonly PoolCheck[];
  readonly failure: CommandFailure | null;
}

/** The part of a plan that falls to one target. */
export interface Share extends Plan {
  readonly seller: Seller;
}

/**
 * Each line falls to every target that sells its action, and each need to every target that has its pool. Throws
 * `CommandFailure` for what falls to none: it would be left out unseen.
 */
export function sharePlan({ lines, needs }: Plan, sellers: readonly Seller[]): Share[] {
  const stray = lines.find(({ action }) => !sellers.some(({ actions }) => actions.includes(action)));
  if (stray !== undefined) throw notSold(stray, sellers);
  for (const { pool } of needs)
    if (pool !== null && !sellers.some(({ pools }) => pools.includes(pool))) throw notThere(pool, sellers);
  // What an account has is known when it is read.
  if (needs.some(({ pool }) => pool === null))
    for (const { target, pools } of sellers)
      if (target.kind === 'vendor' && pools.length !== 1) throw unnamed(target.name, pools);
  return sellers.map((seller) => ({
    seller,
    lines: lines.filter(({ action }) => seller.actions.includes(action)),
    needs: needs.filter(({ pool }) => pool === null || seller.pools.includes(pool)),
  }));
}

function notSold({ action, place }: PlanLine, sellers: readonly Seller[]): CommandFailure {
  const names = sellers.map(({ target }) => target.name).join(', ');
  const listed = sellers.map(({ target, actions }) => `${target.name} has ${actions.join(', ') || 'none'}.`);
  return CommandFailure.of('action-not-sold', `${action} (${place}) has no price at ${names}.`, {
    hint: [...listed, 'Other prices can be given to vendors with --rate-card.'].join('\n'),
  });
}

function notThere(pool: string, sellers: readonly Seller[]): CommandFailure {
  const names = sellers.map(({ target }) => target.name).join(', ');
  const listed = sellers.map(({ target, pools }) => `${target.name} has ${pools.join(', ')}.`);
  return CommandFailure.of('pool-not-there', `${pool} is no pool of ${names}.`, { hint: listed.join('\n') });
}

/** Prices a share and holds it against the balance. A plan that cannot be right for any balance is thrown. */
export async function checkShare(share: Share, read: ReadBalance): Promise<TargetCheck> {
  const { seller, lines, needs } = share;
  const target = seller.target.name;
  const [priced, balance] = await Promise.all([priceLines(seller, lines), read(seller.target)]);
  const failure = priced instanceof CommandFailure ? priced : 'failure' in balance ? balance.failure : null;
  if (priced instanceof CommandFailure || 'failure' in balance)
    return { target, asOf: null, lines: [], pools: [], failure };
  const required = new Map<string, bigint>();
  const add = (pool: string, micros: bigint) => required.set(pool, (required.get(pool) ?? 0n) + micros);
  for (const { pool, amountMicros } of priced) add(pool, amountMicros);
  for (const need of needs) add(need.pool ?? onlyPool(seller, balance), need.amountMicros);
  const pools = [...required].map(([pool, requiredMicros]) =>
    checkPool(pool, requiredMicros, { seller, balance }),
  );
  const unknown = pools.length > 0 ? pools.filter(isUnknown) : balance.pools.filter(isUntold);
  return {
    target,
    asOf: balance.asOf,
    lines: sumByAction(priced),
    pools,
    failure: unknownBalance(unknown, balance),
  };
}

async function priceLines(
  seller: Seller,
  lines: readonly PlanLine[],
): Promise<PricedLine[] | CommandFailure> {
  try {
    return await seller.price(lines);
  } catch (error) {
    const failure = asFailure(error);
    // The plan itself is wrong, whatever the balance is.
    if (failure.code === 'amount-too-large') throw failure;
    return failure;
  }
}

function onlyPool({ target, pools }: Seller, balance: Reading): string {
  const there = target.kind === 'vendor' ? pools : balance.pools.map(({ pool }) => pool);
  const [only] = there;
  if (there.length === 1 && only !== undefined) return only;
  throw unnamed(target.name, there.length === 0 ? pools : there);
}

function unnamed(target: string, pools: readonly string[]): CommandFailure {
  return CommandFailure.of('pool-unnamed', `${target} has more than one pool: ${pools.join(', ')}.`);
}

function checkPool(
  pool: string,
  requiredMicros: bigint,
  { seller, balance }: { seller: Seller; balance: Reading },
): PoolCheck {
  const read: PoolReading | undefined = balance.pools.find((candidate) => candidate.pool === pool);
  const found = read !== undefined && isInCurrency(read, seller) ? undefined : read;
  // An account has nothing in a pool without grants; a vendor that leaves a pool out says nothing of it.
  const available =
    found === undefined && seller.target.kind === 'account' ? '0' : (found?.available ?? null);
  const availableMicros = available === null ? null : parseLenientMicros(available);
  const missing = availableMicros === null ? null : requiredMicros - availableMicros;
  return {
    pool,
    unit: found?.unit ?? seller.units.get(pool) ?? 'credits',
    requiredMicros,
    availableMicros,
    shortfallMicros: missing !== null && missing < 0n ? 0n : missing,
  };
}

/** A vendor's credits that are counted in a currency, which no price in credits can be held against. */
function isInCurrency({ pool, unit }: PoolReading, { target, units }: Seller): boolean {
  return target.kind === 'vendor' && pool === 'credits' && unit !== 'credits' && unit !== units.get(pool);
}

const isUnknown = ({ availableMicros }: PoolCheck) => availableMicros === null;
const isUntold = ({ available }: PoolReading) => available === null;

/**
 * Of a target that the plan asks nothing of, too: a check of it would say that its balance is known. A vendor that tells
 * of another pool, or of the same in a currency, is not said to tell nothing.
 */
function unknownBalance(
  unknown: readonly { readonly pool: string }[],
  { target, pools: there }: Reading,
): CommandFailure | null {
  if (unknown.length === 0) return null;
  const isAnswered = unknown.every(({ pool }) => there.some((one) => one.pool === pool && isUntold(one)));
  const told = isAnswered ? [] : there.filter((one) => !isUntold(one));
  const instead = told.map(({ pool, unit }) => `${pool} (${unit})`).join(' and ');
  const pools = `${unknown.map(({ pool }) => pool).join(' and ')}${instead === '' ? '' : `, but of ${instead}`}`;
  const message = `${target.name} answers, and does not say how much there is of ${pools}: unknown is not enough.`;
  return CommandFailure.of('balance-unknown', message);
}

function sumByAction(lines: readonly PricedLine[]): PricedLine[] {
  const sums = new Map<string, PricedLine>();
  for (const line of lines) {
    const { quantityMicros = 0n, amountMicros = 0n } = sums.get(line.action) ?? {};
    sums.set(line.action, {
      ...line,
      quantityMicros: quantityMicros + line.quantityMicros,
      amountMicros: amountMicros + line.amountMicros,
    });
  }
  return [...sums.values()];
}
