import { dialectNames } from '@scrip/dialects';
import { isTimezone } from '../../core/calendar.ts';
import type { Issue } from '../problem.ts';

const ACCOUNT_ID = /^[A-Za-z0-9._-]{1,64}$/;
const CHANGE_ID = /^[\x20-\x7e]{1,255}$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const MAX_METADATA_BYTES = 4096;

/** A vendor's name would be ambiguous as a target of the command line, and dots alone vanish from a path. */
const RESERVED_ACCOUNT_IDS = new Set<string>([...dialectNames, '.', '..']);

/** True for an id that an account can have. */
export function isAccountId(text: string): boolean {
  return ACCOUNT_ID.test(text) && !RESERVED_ACCOUNT_IDS.has(text);
}

export function checkAccountId(text: string, pointer: string, issues: Issue[]): void {
  if (!ACCOUNT_ID.test(text))
    issues.push({ pointer, detail: 'must be 1 to 64 letters, digits, dots, underscores or hyphens.' });
  else if (RESERVED_ACCOUNT_IDS.has(text))
    issues.push({ pointer, detail: 'is reserved: choose another id.' });
}

/** True for the id of a change: 1 to 255 printable ASCII characters. */
export function isChangeId(text: string): boolean {
  return CHANGE_ID.test(text);
}

/** A name or a note: what a person reads. Its length is the schema's to check. */
export function checkText(text: string | null | undefined, pointer: string, issues: Issue[]): void {
  if (text === null || text === undefined) return;
  if (CONTROL_CHARACTER.test(text) || !text.isWellFormed())
    issues.push({ pointer, detail: 'must not hold control characters or halves of characters.' });
}

export function checkTimezone(name: string | undefined, pointer: string, issues: Issue[]): void {
  if (name !== undefined && !isTimezone(name))
    issues.push({ pointer, detail: 'must be the name of a time zone such as "Europe/Paris".' });
}

export function checkMetadata(
  metadata: Readonly<Record<string, unknown>> | null | undefined,
  pointer: string,
  issues: Issue[],
): void {
  if (metadata === null || metadata === undefined) return;
  if (!hasFiniteNumbers(metadata)) {
    issues.push({
      pointer,
      detail: 'holds a number that is too large or has more digits than are kept: send it as a string.',
    });
    return;
  }
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES)
    issues.push({ pointer, detail: `must be at most ${MAX_METADATA_BYTES} bytes of JSON.` });
}

/** JSON has numbers beyond what a double can hold: they are read as infinite, or as NaN where they would lose digits. */
function hasFiniteNumbers(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(hasFiniteNumbers);
}
