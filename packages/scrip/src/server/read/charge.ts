import type { Charge } from '../../core/command.ts';
import type { Issue } from '../problem.ts';
import { readMicros } from './amount.ts';

interface ChargeInput {
  readonly action?: string;
  readonly quantity?: string | number;
  readonly pool?: string;
  readonly amount?: string | number;
}

const BOTH_OR_NEITHER = 'Send either "action" and "quantity", or "pool" and "amount".';

/** What a debit, a hold or a line charges for; an issue when its members do not make one charge. */
export function readCharge({ action, quantity, pool, amount }: ChargeInput, issues: Issue[]): Charge {
  if (action !== undefined && quantity !== undefined && pool === undefined && amount === undefined)
    return { by: 'action', action, quantityMicros: readMicros(quantity, '/quantity', issues) };
  if (pool !== undefined && amount !== undefined && action === undefined && quantity === undefined)
    return { by: 'amount', pool, amountMicros: readMicros(amount, '/amount', issues) };
  issues.push({ pointer: '', detail: BOTH_OR_NEITHER });
  return { by: 'amount', pool: '', amountMicros: 0n };
}
