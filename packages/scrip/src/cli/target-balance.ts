import {
  type Balance as VendorBalance,
  type BalanceReply,
  ClientError,
  type Purchasable,
  type RateCard,
  type VendorOptions,
} from '@scrip/client';
import { DEFAULT_POOLS } from '../config/default-catalog.ts';
import { SettingError } from '../config/setting-error.ts';
import { connect } from './api-command.ts';
import type { ApiClient } from './api-client.ts';
import type { BalanceTarget } from './balance-target.ts';
import { CommandFailure } from './command-failure.ts';
import { openVendor } from './open-vendor.ts';
import { vendorFailure } from './vendor-failure.ts';

type AccountPool = BalanceReply['pools'][number];

/** One pool of a target. Amounts are exact decimal strings; null: the vendor answered, and does not say how much. */
export interface PoolReading {
  readonly pool: string;
  readonly unit: string;
  readonly available: string | null;
  readonly oneTime?: string;
  readonly recurring?: string;
  /** As the vendor says it itself. */
  readonly buys?: readonly Purchasable[];
  /** What an account of a Scrip has besides. */
  readonly account?: Pick<AccountPool, 'held' | 'nextExpiry' | 'nextGrant'>;
}

/** A balance that was read. */
export interface Reading {
  readonly target: BalanceTarget;
  /** RFC 3339 in UTC. */
  readonly asOf: string;
  readonly pools: readonly PoolReading[];
}

/** One target's balance, or why it could not be read. */
export type TargetBalance = Reading | { readonly target: BalanceTarget; readonly failure: CommandFailure };

export interface ReadOptions {
  readonly at?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type ReadBalance = (target: BalanceTarget, options?: ReadOptions) => Promise<TargetBalance>;

/** Reads one target after the other, or many at once: what is wrong with one says nothing about another. */
export function createBalanceReader({ maxRetries }: Pick<VendorOptions, 'maxRetries'> = {}): ReadBalance {
  let client: ApiClient | undefined;
  let units: Promise<ReadonlyMap<string, string>> | undefined;
  const readAccount = async (accountId: string, { at, signal }: ReadOptions) => {
    client ??= connect({ maxRetries });
    units ??= readPoolUnits(client, signal).catch((error: unknown) => {
      units = undefined;
      throw error;
    });
    const path = ['accounts', accountId, 'balance'];
    const [{ value }, known] = await Promise.all([
      client.call<BalanceReply>({ method: 'GET', path, query: { at }, signal, needs: ['pools'] }),
      units,
    ]);
    return fromAccount(value, known);
  };
  return async (target, options = {}) => {
    try {
      const reading =
        target.kind === 'vendor'
          ? fromVendor(await openVendor(target.name, { maxRetries }).balance({ signal: options.signal }))
          : await readAccount(target.name, options);
      return { target, ...reading };
    } catch (error) {
      return { target, failure: asFailure(error) };
    }
  };
}

/** The failure that a read ended with; throws what is none. */
export function asFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof ClientError) return vendorFailure(error);
  if (error instanceof SettingError) return CommandFailure.of(error.code, error.message);
  throw error;
}

function fromVendor({ asOf, pools }: VendorBalance): Omit<Reading, 'target'> {
  return { asOf, pools: pools.map((pool) => ({ ...pool, unit: pool.unit ?? 'credits' })) };
}

function fromAccount(
  { asOf, pools }: BalanceReply,
  units: ReadonlyMap<string, string>,
): Omit<Reading, 'target'> {
  return {
    asOf,
    pools: pools.map(({ pool, available, oneTime, recurring, held, nextExpiry, nextGrant }) => ({
      pool,
      unit: units.get(pool) ?? 'credits',
      available,
      oneTime,
      recurring,
      account: { held, nextExpiry, nextGrant },
    })),
  };
}

/**
 * What each pool counts. A customer's key reads its balance and no rate card: the pools that every installation starts
 * with are known without one.
 */
async function readPoolUnits(
  client: ApiClient,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  let pools: RateCard['pools'] = [...DEFAULT_POOLS];
  try {
    ({ pools } = (
      await client.call<RateCard>({ method: 'GET', path: ['rate-card'], signal, needs: ['actions', 'pools'] })
    ).value);
  } catch (error) {
    if (!(error instanceof CommandFailure) || error.code !== 'forbidden') throw error;
  }
  return new Map(pools.map(({ id, unit }) => [id, unit]));
}

/** What `scrip balance --json` prints of a target: one form for whatever a balance is read from. */
export function renderTarget(read: TargetBalance) {
  const target = read.target.name;
  if ('failure' in read) return { target, asOf: null, pools: [], error: renderFailure(read.failure) };
  return { target, asOf: read.asOf, pools: renderPools(read) };
}

export function renderPools({ pools }: Reading) {
  return pools.map(({ pool, available, oneTime, recurring, unit }) => ({
    pool,
    available,
    oneTime,
    recurring,
    unit,
  }));
}

export function renderFailure({ code, message }: CommandFailure) {
  return { code, message };
}
