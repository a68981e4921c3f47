import type { AccountState, OverdraftLimit } from '../../core/account.ts';
import { formatMicros } from '../../core/credits.ts';
import type { AccountOpened } from '../../core/entry.ts';
import type { Profile } from '../../ledger/ledger.ts';
import type { Personal } from '../../ledger/store.ts';
import type { AccountReply } from '../schemas/account.ts';
import { formatTime, formatTimeOrNull } from './time.ts';

export function renderAccount(state: AccountState, profile: Profile): AccountReply {
  const overdraft = state.pools
    .filter((pool) => pool.overdraftMicros > 0n)
    .map((pool) => [pool.pool, formatMicros(pool.overdraftMicros)]);
  return {
    id: state.id,
    name: profile.name,
    timezone: state.timezone,
    overdraft: Object.fromEntries(overdraft),
    metadata: profile.metadata,
    createdAt: formatTime(state.createdAtMs),
    closedAt: formatTimeOrNull(state.closedAtMs),
    version: state.version,
  };
}

/** The account as its first entry made it: what every try of its opening is answered with. */
export function renderOpenedAccount(entry: AccountOpened, personal: Personal | null): AccountReply {
  return {
    id: entry.accountId,
    name: personal?.name ?? null,
    timezone: entry.timezone,
    overdraft: renderOverdraft(entry.overdraft),
    metadata: personal?.metadata ?? null,
    createdAt: formatTime(entry.atMs),
    closedAt: null,
    version: entry.version,
  };
}

export function renderOverdraft(limits: readonly OverdraftLimit[]): Record<string, string> {
  return Object.fromEntries(limits.map(({ pool, limitMicros }) => [pool, formatMicros(limitMicros)]));
}
