import { askAll } from '../load/ask-all.ts';
import type { Check } from '../workload.ts';
import type { AckBook } from './ack-book.ts';
import type { LedgerShape } from './generate-ledger.ts';
import { accountIdOf, grantedCreditsOf } from './made-up.ts';

/** What each account has settled, by its index, in whole credits: nothing else is granted or debited here. */
export type Balances = readonly number[];

/**
 * The balances of a ledger that was just made, every account's asked for. Throws where they are not what was granted,
 * less the debits that it was made with: a server's word before the load may be as wrong as its word after it.
 */
export async function readMade(
  url: string,
  { accounts, debits }: Pick<LedgerShape, 'accounts' | 'debits'>,
): Promise<Balances> {
  const balances = await readBalances(url, accounts);
  const spent = balances.map((balance, account) => grantedCreditsOf(account) - balance);
  const all = spent.reduce((sum, credits) => sum + credits, 0);
  const wrong = spent.findIndex((credits) => credits < 0 || credits > debits);
  if (wrong >= 0)
    throw new Error(
      `${accountIdOf(wrong)} was granted ${grantedCreditsOf(wrong)}, and has ${balances[wrong]}`,
    );
  if (all !== debits) throw new Error(`${debits} debits were made, and the balances are of ${all}`);
  return balances;
}

/** Asks the server for every account's balance. */
export function readBalances(url: string, accounts: number): Promise<Balances> {
  return readSettled(url, firstAccounts(accounts));
}

function firstAccounts(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** What some accounts have settled, in their order. */
async function readSettled(url: string, accounts: readonly number[]): Promise<number[]> {
  const balances = accounts.map(() => Number.NaN);
  const path = (index: number) => `/scrip/v1/accounts/${accountIdOf(accounts[index] ?? 0)}/balance`;
  await askAll(url, { count: accounts.length, path }, (index, reply) => {
    const body = reply.body().toString();
    const settled = /"settled":"(\d+)"/.exec(body)?.[1];
    if (settled === undefined) throw new Error(`${path(index)} answered ${reply.status}: ${body}`);
    balances[index] = Number(settled);
  });
  return balances;
}

/** Of a ledger with too many accounts to read them all: those that were debited, and some others, evenly spread. */
export function accountsToCheck(
  book: AckBook,
  { accounts, others }: { readonly accounts: number; readonly others: number },
): number[] {
  const every = Math.ceil(accounts / others);
  return firstAccounts(accounts).filter((account) => book.spent(account) > 0 || account % every === 0);
}

/**
 * Holds a ledger to what was acknowledged: every account, or each of some, has what it had before less its acknowledged
 * debits, no more and no less, and a sample of the debits is there when it is asked for by its id.
 */
export async function checkLedger(
  url: string,
  book: AckBook,
  before: Balances,
  accounts: readonly number[] = firstAccounts(before.length),
): Promise<Check[]> {
  const after = await readSettled(url, accounts);
  const wrong = accounts.find(
    (account, index) => after[index] !== (before[account] ?? Number.NaN) - book.spent(account),
  );
  const sample = book.sample();
  const missing: string[] = [];
  const path = (index: number) => {
    const { account = 0, id = '' } = sample[index] ?? {};
    return `/scrip/v1/accounts/${accountIdOf(account)}/debits/${id}`;
  };
  await askAll(url, { count: sample.length, path }, (index, reply) => {
    if (reply.status !== 200) missing.push(path(index));
  });
  const all = before.length.toLocaleString('en');
  const asked = accounts.length < before.length ? `${accounts.length.toLocaleString('en')} of ${all}` : all;
  return [
    {
      what: `Scrip: each of ${asked} accounts has what it had less its acknowledged debits (${book.total().toLocaleString('en')} in all)`,
      problem:
        wrong === undefined
          ? null
          : `${accountIdOf(wrong)} had ${before[wrong]}, has ${after[wrong]}, and ${book.spent(wrong)} debits were acknowledged`,
    },
    {
      what: `Scrip: ${sample.length.toLocaleString('en')} acknowledged debits, chosen at random, are there by their ids`,
      problem: missing.length === 0 ? null : `${missing.length} are not, such as ${missing[0]}`,
    },
  ];
}
