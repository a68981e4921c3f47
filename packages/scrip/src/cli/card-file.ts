import { RefusedRequest } from '../server/problem.ts';
import { readJson } from '../server/read/json.ts';
import { CommandFailure } from './command-failure.ts';
import { inputName, openInput, readWhole, TOO_LONG } from './open-input.ts';

/** What a file that is no rate card fails with: the one that is published, or the one that prices a plan. */
type NoCardCode = 'card-invalid' | 'prices-invalid';

/**
 * The members of the rate card in a file, with every digit of its amounts, and without what `scrip rate-card show --json`
 * shows beside them. What the members are is not looked at. Throws `CommandFailure`.
 */
export async function readCardFile(file: string, code: NoCardCode): Promise<object> {
  const { stream } = await openInput(file);
  const bytes = await readWhole(stream);
  if (bytes === null) throw noCard(code, file, TOO_LONG);
  let value: unknown;
  try {
    value = readJson(withoutMark(bytes));
  } catch (error) {
    throw error instanceof RefusedRequest ? noCard(code, file, error.problem.detail) : error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw noCard(code, file, 'it is not a JSON object');
  const { version: _version, publishedAt: _publishedAt, ...card } = value as Record<string, unknown>;
  return card;
}

/** Some editors begin a file with a byte order mark. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;
}

const BYTE_ORDER_MARK = Buffer.from('\u{feff}');

export function noCard(code: NoCardCode, file: string, reason: string): CommandFailure {
  return CommandFailure.of(code, `${inputName(file)} is no rate card: ${reason.replace(/\.$/, '')}.`);
}
