import type { Account, AccountBalance, ListedGrant, Page, RateCard } from '@scrip/client';
import { connect } from './api-command.ts';
import { CommandFailure } from './command-failure.ts';
import type { FoundAccount, OpeningTarget } from './opening-target.ts';
import { OPENING_ID, openingGrantBody, openingGrantId } from './opening-target.ts';
import { replyAmount } from './reply-amount.ts';

/** Requests at once: enough for the server to commit many together. */
const AT_ONCE = 64;
/** A server that is busy with its customers is waited for: a while is little in a long work. */
const MAX_RETRIES = 8;

/** Opening balances through the running server at `SCRIP_URL`. */
export async function openServerTarget(): Promise<OpeningTarget> {
  const client = connect({ maxRetries: MAX_RETRIES });
  const { pools } = (
    await client.call<RateCard>({ method: 'GET', path: ['rate-card'], needs: ['actions', 'pools'] })
  ).value;

  async function findGrants(accountId: string): Promise<FoundAccount['grants']> {
    const found = new Map<string, { pool: string; amountMicros: bigint; expiresAtMs: number | null }>();
    let after: string | undefined;
    do {
      const query = { limit: '1000', after };
      const path = ['accounts', accountId, 'grants'];
      const { value } = await client.call<Page<ListedGrant>>({ method: 'GET', path, query, needs: ['data'] });
      for (const { id, pool, amount, expiresAt } of value.data)
        found.set(id, {
          pool,
          amountMicros: replyAmount(amount),
          expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
        });
      after = value.next ?? undefined;
    } while (after !== undefined);
    return found;
  }

  async function findSettled(accountId: string): Promise<FoundAccount['settledMicros']> {
    const path = ['accounts', accountId, 'balance'];
    const { value } = await client.call<AccountBalance>({ method: 'GET', path, needs: ['pools'] });
    return new Map(value.pools.map(({ pool, settled }) => [pool, replyAmount(settled)]));
  }

  return {
    pools,
    atOnce: AT_ONCE,
    find: async (accountId) => {
      try {
        const { value } = await client.call<Account>({
          method: 'GET',
          path: ['accounts', accountId],
          needs: ['id', 'version'],
        });
        const settledMicros = await findSettled(accountId);
        return { isClosed: value.closedAt !== null, settledMicros, grants: await findGrants(accountId) };
      } catch (error) {
        if (error instanceof CommandFailure && error.code === 'account-not-found') return null;
        throw error;
      }
    },
    start: async () => {},
    open: async ({ accountId, name, timezone }) => {
      await client.call({
        method: 'POST',
        path: ['accounts'],
        id: OPENING_ID,
        effect: 'once',
        body: { id: accountId, name: name ?? undefined, timezone: timezone ?? undefined },
        needs: ['id', 'version'],
      });
    },
    grant: async (accountId, grant) => {
      await client.call({
        method: 'POST',
        path: ['accounts', accountId, 'grants'],
        id: openingGrantId(grant.pool),
        effect: 'once',
        body: openingGrantBody(grant),
        needs: ['id', 'balance'],
      });
    },
    close: async () => {},
  };
}
