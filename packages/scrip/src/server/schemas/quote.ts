import Type from 'typebox';
import { actionInput, decimal, decimalInput, strictObject } from './values.ts';

export const quoteBody = strictObject({
  lines: Type.Array(strictObject({ action: actionInput, quantity: decimalInput }), {
    minItems: 1,
    maxItems: 1000,
  }),
});
export type QuoteBody = Type.Static<typeof quoteBody>;

export const quoteReply = strictObject({
  affordable: Type.Boolean(),
  pools: Type.Array(
    strictObject({ pool: Type.String(), required: decimal, available: decimal, shortfall: decimal }),
  ),
  lines: Type.Array(
    strictObject({
      action: Type.String(),
      quantity: decimal,
      pool: Type.String(),
      amount: decimal,
      rateCardVersion: Type.Integer(),
    }),
  ),
});
