import { randomUUID } from 'node:crypto';
import type { AckBook } from '../ledgers/ack-book.ts';
import { accountIdOf, OPERATOR_KEY } from '../ledgers/made-up.ts';
import type { AccountChoice } from './account-choice.ts';
import type { Traffic } from './traffic.ts';
import { postRequest } from './traffic.ts';

export const OPERATOR_HEADER = `authorization: Bearer ${OPERATOR_KEY}\r\n`;
/** One credit. */
export const DEBIT_BODY = '{"action":"sms","quantity":1}';

/** Single debits of one credit, each under a random Idempotency-Key. Without a book nothing is kept of the answers. */
export function debitTraffic(choose: AccountChoice, book: AckBook | null): Traffic {
  return () => {
    const account = choose();
    const id = randomUUID();
    const bytes = postRequest(
      `/scrip/v1/accounts/${accountIdOf(account)}/debits`,
      `${OPERATOR_HEADER}idempotency-key: ${id}\r\n`,
      DEBIT_BODY,
    );
    if (book === null) return { bytes, units: 1 };
    return {
      bytes,
      units: 1,
      onAnswer: () => {
        book.acknowledge(account, id);
        return undefined;
      },
    };
  };
}
