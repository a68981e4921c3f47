import type { Client } from 'pg';
import { accountIdOf, GRANT_MICROS } from '../ledgers/made-up.ts';
import { ownAccount, runBatchLoop } from './batch-loop.ts';
import type { BulkPeer } from './bulk-peer.ts';
import type { Postgres } from './start-postgres.ts';

const CONNECTIONS = 4;
/** More in one transaction are slower: each one reads past every earlier version of the account that receives. */
const TRANSFERS_A_CALL = 100;

export const FUNCTION_SETTINGS = `Ledger in SQL functions: our own text in the shape of pgledger (accounts, transfers and two entries for each transfer, with the balances before and after; one function that locks all accounts of a batch in order and then makes one transfer after the other); ${TRANSFERS_A_CALL} transfers a call and transaction, which is faster here than 1,000 or 10; ${CONNECTIONS} connections, each with accounts of its own and an account of its own that receives. It has no idempotency keys, as pgledger has none. No HTTP server in front of it.`;

const SCHEMA = `
DROP FUNCTION IF EXISTS make_transfers;
DROP TABLE IF EXISTS posting, transfer, holder;
CREATE TABLE holder (
  id text PRIMARY KEY,
  balance numeric NOT NULL,
  version bigint NOT NULL DEFAULT 0,
  may_be_negative boolean NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE transfer (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  payer text NOT NULL REFERENCES holder (id),
  payee text NOT NULL REFERENCES holder (id),
  amount numeric NOT NULL CHECK (amount > 0),
  made_at timestamptz NOT NULL DEFAULT now(),
  CHECK (payer <> payee)
);
CREATE INDEX ON transfer (payer);
CREATE INDEX ON transfer (payee);
CREATE INDEX ON transfer (made_at);
CREATE TABLE posting (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  holder_id text NOT NULL REFERENCES holder (id),
  transfer_id uuid NOT NULL REFERENCES transfer (id),
  amount numeric NOT NULL,
  balance_before numeric NOT NULL,
  balance_after numeric NOT NULL,
  holder_version bigint NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON posting (holder_id);
CREATE INDEX ON posting (transfer_id);

CREATE FUNCTION make_transfers(payers text[], receiver text, sum numeric) RETURNS bigint AS $$
DECLARE
  payer_id text;
  gives holder;
  takes holder;
  made uuid;
  count bigint := 0;
BEGIN
  PERFORM 1 FROM holder WHERE id = ANY(payers || receiver) ORDER BY id FOR UPDATE;
  FOREACH payer_id IN ARRAY payers LOOP
    UPDATE holder SET balance = balance - sum, version = version + 1, updated_at = now()
      WHERE id = payer_id RETURNING * INTO gives;
    IF gives.balance < 0 AND NOT gives.may_be_negative THEN
      RAISE EXCEPTION '% has not enough', payer_id;
    END IF;
    UPDATE holder SET balance = balance + sum, version = version + 1, updated_at = now()
      WHERE id = receiver RETURNING * INTO takes;
    INSERT INTO transfer (payer, payee, amount) VALUES (payer_id, receiver, sum) RETURNING id INTO made;
    INSERT INTO posting (holder_id, transfer_id, amount, balance_before, balance_after, holder_version) VALUES
      (payer_id, made, -sum, gives.balance + sum, gives.balance, gives.version),
      (receiver, made, sum, takes.balance - sum, takes.balance, takes.version);
    count := count + 1;
  END LOOP;
  RETURN count;
END;
$$ LANGUAGE plpgsql;`;

/** A double-entry ledger whose logic runs inside the database. */
export async function createFunctionLedger(postgres: Postgres, accounts: number): Promise<BulkPeer> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => postgres.connect()));
  const [first] = clients;
  if (first === undefined) throw new Error('there is no connection');
  let debits = 0;
  return {
    debits: async (seconds) => {
      await makeTables(first, { accounts, receivers: CONNECTIONS });
      debits = 0;
      return runBatchLoop({
        clients,
        lines: TRANSFERS_A_CALL,
        seconds,
        batch: async (client, connection) => {
          const payers = Array.from({ length: TRANSFERS_A_CALL }, () =>
            accountIdOf(ownAccount(accounts, { connection, of: CONNECTIONS })),
          );
          await client.query({
            name: 'make',
            text: 'SELECT make_transfers($1, $2, $3)',
            values: [payers, receiverOf(connection), 1_000_000n],
          });
          debits += TRANSFERS_A_CALL;
        },
      });
    },
    check: async () => {
      const { rows } = await first.query<{ received: string; transfers: string; rest: string }>(`
        SELECT (SELECT sum(balance) FROM holder WHERE may_be_negative) / 1000000 AS received,
               (SELECT count(*) FROM transfer) AS transfers,
               (SELECT sum(amount) FROM posting) AS rest`);
      const { received, transfers, rest } = rows[0] ?? {};
      const isRight = Number(received) === debits && Number(transfers) === debits && Number(rest) === 0;
      return {
        what: `ledger in SQL functions: balances, transfers and postings say the same as ${debits.toLocaleString('en')} acknowledged debits`,
        problem: isRight
          ? null
          : `${Number(received)} received, ${transfers} transfers, postings sum to ${rest}`,
      };
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}

async function makeTables(
  client: Client,
  { accounts, receivers }: { readonly accounts: number; readonly receivers: number },
): Promise<void> {
  await client.query(SCHEMA);
  const insert =
    'INSERT INTO holder (id, balance, may_be_negative) SELECT id, $2, $3 FROM unnest($1::text[]) AS given (id)';
  const ids = Array.from({ length: accounts }, (_, index) => accountIdOf(index));
  await client.query(insert, [ids, GRANT_MICROS, false]);
  await client.query(insert, [Array.from({ length: receivers }, (_, index) => receiverOf(index)), 0, true]);
  await client.query('VACUUM ANALYZE holder');
}

function receiverOf(connection: number): string {
  return `receiver-${connection}`;
}
