import type { Client } from 'pg';
import { accountIdOf, GRANT_MICROS } from '../ledgers/made-up.ts';
import type { Check } from '../workload.ts';

/** Empty entries, and accounts with what Scrip's have: a balance row each, entries under their unique id. */
export async function makeBalanceTables(client: Client, accounts: number): Promise<void> {
  await client.query(`
    DROP TABLE IF EXISTS account, entry;
    CREATE TABLE account (id text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0)) WITH (fillfactor = 80);
    CREATE TABLE entry (
      id uuid PRIMARY KEY,
      account_id text NOT NULL,
      amount bigint NOT NULL,
      balance bigint NOT NULL,
      at timestamptz NOT NULL
    );
    CREATE INDEX ON entry (account_id, at);`);
  await client.query('INSERT INTO account SELECT id, $2 FROM unnest($1::text[]) AS given (id)', [
    Array.from({ length: accounts }, (_, index) => accountIdOf(index)),
    GRANT_MICROS,
  ]);
  await client.query('VACUUM ANALYZE account');
}

/** Balances and entries must both say what was acknowledged. */
export async function checkBalanceTables(
  client: Client,
  { who, debits }: { readonly who: string; readonly debits: number },
): Promise<Check> {
  const { rows } = await client.query<{ spent: string; entries: string }>(
    `SELECT (SELECT count(*) * $1::numeric - sum(balance) FROM account) / 1000000 AS spent,
            (SELECT count(*) FROM entry) AS entries`,
    [GRANT_MICROS],
  );
  const { spent, entries } = rows[0] ?? {};
  const isRight = Number(spent) === debits && Number(entries) === debits;
  return {
    what: `${who}: balances and entries say the same as ${debits.toLocaleString('en')} acknowledged debits`,
    problem: isRight ? null : `${Number(spent)} spent, ${entries} entries`,
  };
}
