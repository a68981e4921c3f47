import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { accountIdOf } from '../ledgers/made-up.ts';
import { checkBalanceTables, makeBalanceTables } from './balance-tables.ts';
import { ownAccount, runBatchLoop } from './batch-loop.ts';
import type { BulkPeer } from './bulk-peer.ts';
import type { Postgres } from './start-postgres.ts';

const CONNECTIONS = 4;

export const COALESCED_SETTINGS = `Coalesced PostgreSQL: ${CONNECTIONS} connections, each with accounts of its own; a batch is a transaction that locks its balances in order with one SELECT … FOR UPDATE, decides in JavaScript, and writes with one multi-row INSERT and one multi-row UPDATE. No HTTP server in front of it.`;

/** The fastest plain way to debit many accounts in PostgreSQL: one lock, one insert and one commit for a whole batch. */
export async function createCoalescedPostgres(
  postgres: Postgres,
  { accounts, lines }: { readonly accounts: number; readonly lines: number },
): Promise<BulkPeer> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => postgres.connect()));
  const [first] = clients;
  if (first === undefined) throw new Error('there is no connection');
  let debits = 0;
  return {
    debits: async (seconds) => {
      await makeBalanceTables(first, accounts);
      debits = 0;
      return runBatchLoop({
        clients,
        lines,
        seconds,
        batch: async (client, connection) => {
          const chosen = Array.from({ length: lines }, () =>
            accountIdOf(ownAccount(accounts, { connection, of: CONNECTIONS })),
          );
          await debitAll(client, chosen);
          debits += lines;
        },
      });
    },
    check: () => checkBalanceTables(first, { who: 'coalesced PostgreSQL', debits }),
    close: async () => {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}

async function debitAll(client: Client, accountIds: readonly string[]): Promise<void> {
  await client.query('BEGIN');
  const { rows } = await client.query<{ id: string; balance: string }>({
    name: 'lock-all',
    text: 'SELECT id, balance FROM account WHERE id = ANY($1) ORDER BY id FOR UPDATE',
    values: [[...new Set(accountIds)]],
  });
  const balances = new Map(rows.map(({ id, balance }) => [id, BigInt(balance)]));
  const after = accountIds.map((id) => {
    const left = (balances.get(id) ?? 0n) - 1_000_000n;
    if (left < 0n) throw new Error(`${id} has not enough credits`);
    balances.set(id, left);
    return left;
  });
  await client.query({
    name: 'enter-all',
    text: `INSERT INTO entry (id, account_id, amount, balance, at)
           SELECT id, account_id, $3, balance, $5
           FROM unnest($1::uuid[], $2::text[], $4::bigint[]) AS made (id, account_id, balance)`,
    values: [accountIds.map(() => randomUUID()), accountIds, 1_000_000n, after, new Date()],
  });
  await client.query({
    name: 'set-all',
    text: `UPDATE account SET balance = made.balance
           FROM unnest($1::text[], $2::bigint[]) AS made (id, balance) WHERE account.id = made.id`,
    values: [[...balances.keys()], [...balances.values()]],
  });
  await client.query('COMMIT');
}
