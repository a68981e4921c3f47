import { MICROS_PER_CREDIT } from '../../packages/scrip/src/core/credits.ts';

/** The operator's key and the server's secret of every ledger that is made for a measurement. */
export const OPERATOR_KEY = 'scrip_op_of_the_benchmark';
export const SECRET = 'the_secret_of_the_benchmark';

/** What each account of a peer is granted: more than any run can spend. */
const GRANT_CREDITS = 1_000_000_000;
export const GRANT_MICROS = BigInt(GRANT_CREDITS) * MICROS_PER_CREDIT;

/**
 * What an account of Scrip is granted, in all of its lots: to each another amount, so that no account's balance passes
 * for another's. All are of one length, so that replies are too.
 */
export function grantedCreditsOf(index: number): number {
  return GRANT_CREDITS + index;
}

/** Of one length for every account, so that requests can be made by overwriting the digits. */
export function accountIdOf(index: number): string {
  return `a${index.toString().padStart(8, '0')}`;
}

/** The account's own key, which opens it in every dialect. */
export function accountKeyOf(index: number): string {
  return `key_of_the_account_${index.toString().padStart(8, '0')}`;
}
