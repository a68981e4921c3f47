import { randomUUID } from 'node:crypto';
import type { AckBook } from '../ledgers/ack-book.ts';
import { accountIdOf } from '../ledgers/made-up.ts';
import type { AccountChoice } from './account-choice.ts';
import { bulkTraffic } from './bulk-traffic.ts';
import { DEBIT_BODY, debitTraffic, OPERATOR_HEADER } from './debit-traffic.ts';
import type { PlannedRequest, Traffic } from './traffic.ts';
import { getRequest, postRequest } from './traffic.ts';

/** Of a hundred operations: the rest, 60, are balance reads. */
const SHARES = { debit: 25, holdAndCapture: 10, historyPage: 4, bulk: 1 };
const BULK_LINES = 100;

/** What a gateway and its console ask for in a day: each operation counts as one. */
export function mixedTraffic(choose: AccountChoice, book: AckBook): Traffic {
  const debit = debitTraffic(choose, book);
  const bulk = bulkTraffic({ lines: BULK_LINES, choose, book });
  return () => {
    let drawn = Math.random() * 100;
    if ((drawn -= SHARES.debit) < 0) return debit();
    if ((drawn -= SHARES.holdAndCapture) < 0) return placeHold(choose(), book);
    if ((drawn -= SHARES.historyPage) < 0) return read(choose(), 'entries');
    if ((drawn -= SHARES.bulk) < 0) return { ...bulk(), units: 1 };
    return read(choose(), 'balance');
  };
}

function read(account: number, resource: 'balance' | 'entries'): PlannedRequest {
  const bytes = getRequest(`/scrip/v1/accounts/${accountIdOf(account)}/${resource}`, OPERATOR_HEADER);
  return { bytes, units: 1 };
}

/** A hold, and when it stands its capture: the two together count as one. */
function placeHold(account: number, book: AckBook): PlannedRequest {
  const holds = `/scrip/v1/accounts/${accountIdOf(account)}/holds`;
  const holdId = randomUUID();
  const post = (path: string, id: string, body: string) =>
    postRequest(path, `${OPERATOR_HEADER}idempotency-key: ${id}\r\n`, body);
  return {
    bytes: post(holds, holdId, DEBIT_BODY),
    units: 0,
    onAnswer: () => {
      book.acknowledgeHold();
      const captureId = randomUUID();
      return {
        bytes: post(`${holds}/${holdId}/capture`, captureId, '{}'),
        units: 1,
        onAnswer: () => {
          book.acknowledge(account, captureId);
          return undefined;
        },
      };
    },
  };
}
