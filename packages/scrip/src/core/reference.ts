import type { Command } from './command.ts';
import type { Entry, EntryKind } from './entry.ts';

/** Which of the changes that bear an id is meant: one that was forgotten may be used anew, by another kind too. */
export interface Meant {
  readonly kinds?: readonly EntryKind[] | undefined;
  readonly version?: number | undefined;
}

/** An earlier change of the account, by its id. */
export interface Reference extends Meant {
  readonly id: string;
}

export function isChange(entry: Entry, { id, kinds, version }: Reference): boolean {
  return (
    entry.change?.id === id &&
    (kinds === undefined || kinds.includes(entry.kind)) &&
    (version === undefined || entry.version === version)
  );
}

/** What can be refunded. */
export const DEBIT_KINDS: readonly EntryKind[] = ['CreditsDebited', 'HoldCaptured'];
const HOLD_KINDS: readonly EntryKind[] = ['HoldPlaced'];
const GRANT_KINDS: readonly EntryKind[] = ['CreditsGranted'];
/** What lots are named by: a grant, or a refund of an overdraft that has been repaid meanwhile. */
export const LOT_NAMING_KINDS: readonly EntryKind[] = ['CreditsGranted', 'DebitRefunded'];

/** Whether a command may make such an entry. */
export function namesLots({ kind }: Command): boolean {
  return kind === 'GrantCredits' || kind === 'RefundDebit';
}

/** The debit, hold or grant that a command speaks of; null where it speaks of none. */
export function referenceOf(command: Command): Reference | null {
  switch (command.kind) {
    case 'RefundDebit':
      return { id: command.debitId, kinds: DEBIT_KINDS };
    case 'CaptureHold':
    case 'ReleaseHold':
      return { id: command.holdId, kinds: HOLD_KINDS };
    case 'VoidGrant':
      return { id: command.grantId, kinds: GRANT_KINDS };
    case 'OpenAccount':
    case 'ChangeAccount':
    case 'CloseAccount':
    case 'ErasePersonalData':
    case 'AddKey':
    case 'RevokeKey':
    case 'GrantCredits':
    case 'DebitCredits':
    case 'PlaceHold':
    case 'PublishRateCard':
      return null;
  }
}
