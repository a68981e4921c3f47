import type { AccountState } from './account.ts';
import type { Command } from './command.ts';
import {
  decideChangeAccount,
  decideCloseAccount,
  decideErasePersonalData,
  decideOpenAccount,
} from './decide-account.ts';
import { decideDebit, decideRefund } from './decide-debit.ts';
import { decideGrant, decideVoid } from './decide-grant.ts';
import { decideCapture, decidePlaceHold, decideRelease } from './decide-hold.ts';
import { decideAddKey, decideRevokeKey } from './decide-key.ts';
import { decidePublishRateCard } from './decide-rate-card.ts';
import type { Decision, Facts } from './decision.ts';
import { reject } from './decision.ts';
import type { Change } from './entry.ts';

/**
 * Decides one command on an account that has been advanced to `nowMs`: the entry that records it, or why not.
 * Pure and total; appends nothing and changes nothing.
 */
export function decide(
  command: Command,
  {
    accountId,
    state,
    change,
    nowMs,
    facts,
  }: { accountId: string; state: AccountState | null; change: Change; nowMs: number; facts: Facts },
): Decision {
  if (command.kind === 'OpenAccount')
    return state === null
      ? decideOpenAccount(command, { accountId, change, nowMs, facts })
      : reject({ code: 'account-exists' });
  if (state === null) return reject({ code: 'account-not-found' });
  const situation = { state, change, nowMs, facts };
  switch (command.kind) {
    case 'DebitCredits':
      return decideDebit(command, situation);
    case 'RefundDebit':
      return decideRefund(command, situation);
    case 'PlaceHold':
      return decidePlaceHold(command, situation);
    case 'CaptureHold':
      return decideCapture(command, situation);
    case 'ReleaseHold':
      return decideRelease(command, situation);
    case 'GrantCredits':
      return decideGrant(command, situation);
    case 'VoidGrant':
      return decideVoid(command, situation);
    case 'ChangeAccount':
      return decideChangeAccount(command, situation);
    case 'CloseAccount':
      return decideCloseAccount(situation);
    case 'ErasePersonalData':
      return decideErasePersonalData(situation);
    case 'AddKey':
      return decideAddKey(command, situation);
    case 'RevokeKey':
      return decideRevokeKey(command, situation);
    case 'PublishRateCard':
      return decidePublishRateCard(command, situation);
  }
}
