import { randomBytes } from 'node:crypto';
import type { AckBook } from '../ledgers/ack-book.ts';
import { accountIdOf } from '../ledgers/made-up.ts';
import type { AccountChoice } from './account-choice.ts';
import { OPERATOR_HEADER } from './debit-traffic.ts';
import type { Traffic } from './traffic.ts';
import { postRequest } from './traffic.ts';

const ID_DIGITS = 32;
const ACCEPTED = Buffer.from('"status":201');

/**
 * Bulk requests of debits of one credit. Writing a thousand lines of JSON takes as long as a server needs to read them,
 * so the text is made once, and only the digits of ids and accounts are written over for each request.
 */
export function bulkTraffic({
  lines,
  choose,
  book,
}: {
  readonly lines: number;
  readonly choose: AccountChoice;
  readonly book: AckBook | null;
}): Traffic {
  const noId = '0'.repeat(ID_DIGITS);
  const line = `{"id":"${noId}","accountId":"${accountIdOf(0)}","action":"sms","quantity":1}`;
  const text = postRequest('/scrip/v1/debits', OPERATOR_HEADER, `[${`${line},`.repeat(lines).slice(0, -1)}]`);
  const firstLine = text.indexOf(line);
  const template = Buffer.from(text);
  const idAt = line.indexOf(noId);
  const accountAt = line.indexOf(accountIdOf(0));

  return () => {
    const bytes = Buffer.from(template);
    const ids = randomBytes((lines * ID_DIGITS) / 2).toString('hex');
    const accounts = new Uint32Array(lines);
    for (let index = 0; index < lines; index += 1) {
      const lineAt = firstLine + index * (line.length + 1);
      const account = choose();
      accounts[index] = account;
      bytes.write(ids.slice(index * ID_DIGITS, (index + 1) * ID_DIGITS), lineAt + idAt, 'latin1');
      bytes.write(accountIdOf(account), lineAt + accountAt, 'latin1');
    }
    if (book === null) return { bytes, units: lines };
    return {
      bytes,
      units: lines,
      onAnswer: (reply) => {
        const body = reply.body();
        // Reading all of the reply would take longer than the server took to write it.
        if (occurrences(body, ACCEPTED) !== lines)
          throw new Error(`a line of a bulk request was refused: ${refusedLine(body)}`);
        for (const [index, account] of accounts.entries())
          book.acknowledge(account, ids.slice(index * ID_DIGITS, (index + 1) * ID_DIGITS));
        return undefined;
      },
    };
  };
}

function occurrences(bytes: Buffer, wanted: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length)) count += 1;
  return count;
}

function refusedLine(body: Buffer): string {
  const { results } = JSON.parse(body.toString()) as { results: { status: number }[] };
  return JSON.stringify(results.find(({ status }) => status !== 201) ?? results.length);
}
