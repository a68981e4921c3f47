import { writeBigInt } from '../scrip-call.ts';
import type { DebitInput } from '../scrip-requests.ts';
import type { UnchargedWork } from './meter-options.ts';

/** What is still to be paid for work; null where the hold was taken, or was ended by somebody else, or where nobody says of which pool. */
export function chargeOf(
  { action, used, hold, debit, error }: Omit<UnchargedWork, 'charge'>,
  asked: Extract<DebitInput, { action: string }>['quantity'],
): DebitInput | null {
  if (debit !== null || error.code === 'hold-resolved') return null;
  const { amount, quantity = asked } = used;
  if (amount === undefined) return { action, quantity };
  return hold === null ? null : { pool: hold.pool, amount };
}

/** Says on the console what `onUncharged` would have been told. */
export function logUncharged({ accountId, action, used, id, hold, debit, error }: UnchargedWork): void {
  const work = JSON.stringify(
    { accountId, action, used, id, holdId: hold?.id, debitId: debit?.id },
    writeBigInt,
  );
  // Without a hold no capture was sent.
  const isOpen = hold !== null && error.outcome === 'unknown';
  const what = isOpen
    ? 'work was done, and it is unknown whether it was paid for (a debit by this id is refused if it was)'
    : 'work was done and not paid for as it should be';
  console.error(`Scrip: ${what}: ${work}: ${error.message}`);
}
