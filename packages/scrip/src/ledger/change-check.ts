import { commandOf } from '../core/command-of.ts';
import type { CreditsDebited, Entry } from '../core/entry.ts';
import { fingerprintOf } from './digest.ts';

const ID = /^[\u0020-\u007e]{1,255}$/;
const DIGEST = /^[0-9a-f]{32}$/;

/** What is wrong with what an entry says of its change, whatever the change does to the account; null when nothing is. */
export type ChangeCheck = (entry: Entry) => string | null;

export function createChangeCheck(): ChangeCheck {
  // Debits that follow one another are mostly of one action and quantity: to make that text anew for each is dear.
  let last: CreditsDebited | null = null;
  let lastFingerprint = '';

  function fingerprintOfDebit(entry: CreditsDebited): string {
    if (last !== null && isSameCommand(last, entry)) return lastFingerprint;
    const command = commandOf(entry, null);
    last = entry;
    lastFingerprint = command === null ? '' : fingerprintOf(command);
    return lastFingerprint;
  }

  /** A digest cannot be made again: it covers what the entry does not repeat, as commands were written at the time. */
  const isFingerprint = (fingerprint: string, entry: Entry) =>
    (entry.kind === 'CreditsDebited' && fingerprint === fingerprintOfDebit(entry)) ||
    DIGEST.test(fingerprint);

  return (entry) => {
    const { change } = entry;
    if (change === null) return null;
    if (typeof change !== 'object') return 'it bears no id of a change';
    const { id, fingerprint, personalDigest, actor } = change;
    if (!isText(id) || !ID.test(id)) return 'its id is not 1 to 255 printable ASCII characters';
    if (!isText(fingerprint) || !isFingerprint(fingerprint, entry))
      return 'its fingerprint is not that of its command';
    if (!isTextOrNull(personalDigest) || !isTextOrNull(actor))
      return 'its change has a member that is no text';
    // The text of a debit has room for these only.
    return entry.kind !== 'CreditsDebited' && Object.keys(change).length !== 4
      ? 'its change has other members than it should'
      : null;
  };
}

function isSameCommand(a: CreditsDebited, b: CreditsDebited): boolean {
  return (
    a.action === b.action &&
    a.quantityMicros === b.quantityMicros &&
    a.amountMicros === b.amountMicros &&
    a.pool === b.pool &&
    a.occurredAtMs === b.occurredAtMs
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
