import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { accountIdOf } from '../ledgers/made-up.ts';
import type { AccountChoice } from '../load/account-choice.ts';
import { createTally } from '../load/tally.ts';
import type { Round } from '../load/tally.ts';
import type { Check } from '../workload.ts';
import type { Postgres } from './start-postgres.ts';
import { checkBalanceTables, makeBalanceTables } from './balance-tables.ts';

const CONNECTIONS = 16;

export const NAIVE_SETTINGS = `Naive PostgreSQL: ${CONNECTIONS} connections, without an HTTP server in front of it; each debit is a transaction of BEGIN, SELECT … FOR UPDATE of the balance, INSERT of the entry under its unique id, UPDATE of the balance, COMMIT, with prepared statements.`;

export interface NaivePostgres {
  readonly debits: (choose: AccountChoice) => (seconds: number) => Promise<Round>;
  readonly check: () => Promise<Check>;
  readonly close: () => Promise<void>;
}

/** A debit as it is most often written: one transaction, one row lock, one commit. */
export async function createNaivePostgres(postgres: Postgres, accounts: number): Promise<NaivePostgres> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => postgres.connect()));
  const [first] = clients;
  if (first === undefined) throw new Error('there is no connection');
  await makeBalanceTables(first, accounts);
  let debits = 0;
  return {
    debits: (choose) => async (seconds) => {
      const tally = createTally();
      const startedMs = performance.now();
      const endMs = startedMs + seconds * 1000;
      const work = async (client: Client) => {
        while (performance.now() < endMs) {
          const sentMs = performance.now();
          await debit(client, accountIdOf(choose()));
          debits += 1;
          tally.answered(1, performance.now() - sentMs);
        }
      };
      await Promise.all(clients.map(work));
      return tally.round((performance.now() - startedMs) / 1000, 0);
    },
    check: () => checkBalanceTables(first, { who: 'naive PostgreSQL', debits }),
    close: async () => {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}

async function debit(client: Client, accountId: string): Promise<void> {
  await client.query('BEGIN');
  const { rows } = await client.query<{ balance: string }>({
    name: 'lock',
    text: 'SELECT balance FROM account WHERE id = $1 FOR UPDATE',
    values: [accountId],
  });
  const after = BigInt(rows[0]?.balance ?? 0) - 1_000_000n;
  if (after < 0n) throw new Error(`${accountId} has not enough credits`);
  await client.query({
    name: 'enter',
    text: 'INSERT INTO entry (id, account_id, amount, balance, at) VALUES ($1, $2, $3, $4, $5)',
    values: [randomUUID(), accountId, 1_000_000n, after, new Date()],
  });
  await client.query({
    name: 'set',
    text: 'UPDATE account SET balance = $2 WHERE id = $1',
    values: [accountId, after],
  });
  await client.query('COMMIT');
}
