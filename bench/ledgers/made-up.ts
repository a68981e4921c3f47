import { MICROS_PER_CREDIT } from '../../packages/scrip/src/core/credits.ts';

/** The operator's key and the server's secret of every ledger that is made for a measurement. */
export const OPERATOR_KEY = 'scrip_op_of_the_benchmark';
export const SECRET = 'the_secret_of_the_benchmark';

/** What each account is granted, in all of its lots: more than any run can spend. */
export const GRANT_CREDITS = 1_000_000_000;
export const GRANT_MICROS = BigInt(GRANT_CREDITS) * MICROS_PER_CREDIT;

/** Of one length for every account, so that requests can be made by overwriting the digits. */
export function accountIdOf(index: number): string {
  return `a${index.toString().padStart(8, '0')}`;
}

/** The account's own key, which opens it in every dialect. */
export function accountKeyOf(index: number): string {
  return `key_of_the_account_${index.toString().padStart(8, '0')}`;
}
