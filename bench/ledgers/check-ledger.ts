import { askAll } from '../load/ask-all.ts';
import type { Check } from '../workload.ts';
import type { AckBook } from './ack-book.ts';
import { accountIdOf } from './made-up.ts';

/** What each account has settled, by its index, in whole credits: nothing else is granted or debited here. */
export type Balances = readonly number[];

/** Asks the server for every account's balance. */
export async function readBalances(url: string, accounts: number): Promise<Balances> {
  const balances = Array.from({ length: accounts }, () => Number.NaN);
  const path = (index: number) => `/scrip/v1/accounts/${accountIdOf(index)}/balance`;
  await askAll(url, { count: accounts, path }, (index, reply) => {
    const body = reply.body().toString();
    const settled = /"settled":"(\d+)"/.exec(body)?.[1];
    if (settled === undefined) throw new Error(`${path(index)} answered ${reply.status}: ${body}`);
    balances[index] = Number(settled);
  });
  return balances;
}

/**
 * Holds a ledger to what was acknowledged: every account has what it had before less its acknowledged debits, no more
 * and no less, and a sample of the debits is there when it is asked for by its id.
 */
export async function checkLedger(url: string, book: AckBook, before: Balances): Promise<Check[]> {
  const after = await readBalances(url, before.length);
  const wrong = before.findIndex((had, index) => after[index] !== had - book.spent(index));
  const sample = book.sample();
  const missing: string[] = [];
  const path = (index: number) => {
    const { account = 0, id = '' } = sample[index] ?? {};
    return `/scrip/v1/accounts/${accountIdOf(account)}/debits/${id}`;
  };
  await askAll(url, { count: sample.length, path }, (index, reply) => {
    if (reply.status !== 200) missing.push(path(index));
  });
  return [
    {
      what: `Scrip: each of ${before.length.toLocaleString('en')} accounts has what it had less its acknowledged debits (${book.total().toLocaleString('en')} in all)`,
      problem:
        wrong < 0
          ? null
          : `${accountIdOf(wrong)} had ${before[wrong]}, has ${after[wrong]}, and ${book.spent(wrong)} debits were acknowledged`,
    },
    {
      what: `Scrip: ${sample.length.toLocaleString('en')} acknowledged debits, chosen at random, are there by their ids`,
      problem: missing.length === 0 ? null : `${missing.length} are not, such as ${missing[0]}`,
    },
  ];
}
