import type { Draw } from '../../core/account.ts';
import { formatMicros } from '../../core/credits.ts';

export interface LotAmount {
  readonly grantId: string;
  readonly amount: string;
}

/** What was drawn from, or given back to, each grant: the periods of one grant are one line. */
export function renderLotAmounts(draws: readonly Draw[]): LotAmount[] {
  const [only] = draws;
  if (only !== undefined && draws.length === 1)
    return [{ grantId: only.grantId, amount: formatMicros(only.amountMicros) }];
  const totals = new Map<string, bigint>();
  for (const { grantId, amountMicros } of draws)
    totals.set(grantId, (totals.get(grantId) ?? 0n) + amountMicros);
  return [...totals].map(([grantId, amountMicros]) => ({ grantId, amount: formatMicros(amountMicros) }));
}
