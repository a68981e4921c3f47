import type { Amount, CaptureInput } from './scrip-requests.ts';

/** Nothing cannot be captured: it is released. */
export function isNothing({ amount, quantity }: CaptureInput): boolean {
  const said = amount ?? quantity;
  return said !== undefined && /^[+-]?(?:0+\.?0*|\.0+)$/.test(String(said).trim());
}

const DECIMALS = 6;
/** A double keeps so many digits of any decimal; those behind them are what adding up has left there. */
const SIGNIFICANT_DIGITS = 15;

/** What was used as it can be captured: a number that was measured has more decimals than a quantity, and is rounded up. */
export function exactly(used: CaptureInput | undefined): CaptureInput {
  const { amount, quantity, ...rest } = used ?? {};
  return {
    ...rest,
    ...(amount === undefined ? {} : { amount: roundedUp(amount) }),
    ...(quantity === undefined ? {} : { quantity: roundedUp(quantity) }),
  };
}

/** A measured number, rounded up to the decimals that an amount has; anything else as it is. */
export function roundedUp(said: Amount): Amount {
  if (typeof said !== 'number' || !Number.isFinite(said)) return said;
  const exact = Number(said.toPrecision(SIGNIFICANT_DIGITS));
  const nearest = exact.toFixed(DECIMALS);
  if (Number(nearest) === exact) return exact;
  return Number(nearest) >= exact ? nearest : (Number(nearest) + 10 ** -DECIMALS).toFixed(DECIMALS);
}
