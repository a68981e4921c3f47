import Type from 'typebox';
import {
  actionInput,
  balanceAfter,
  decimal,
  decimalThat,
  decimalInput,
  lotAmounts,
  metadata,
  metadataInput,
  nullable,
  nullableString,
  oneOf,
  poolInput,
  strictObject,
  timestamp,
  timestampInput,
  version,
} from './values.ts';

export const CHARGE =
  'Either `action` and `quantity`, priced by the rate card, or `pool` and `amount`. Quantities of actions priced by time are seconds.';

export const chargeInput = {
  action: Type.Optional(actionInput),
  quantity: Type.Optional(decimalInput),
  pool: Type.Optional(poolInput),
  amount: Type.Optional(decimalInput),
  occurredAt: Type.Optional(timestampInput),
  metadata: Type.Optional(metadataInput),
};

export const debitBody = strictObject(chargeInput, { description: CHARGE, minProperties: 1 });
export type DebitBody = Type.Static<typeof debitBody>;

export const charged = {
  accountId: Type.String(),
  pool: Type.String(),
  amount: decimal,
  action: nullableString,
  quantity: nullable(decimal),
  rateCardVersion: nullable(Type.Integer()),
  lots: lotAmounts,
};

export const debitMembers = {
  ...charged,
  balance: balanceAfter,
  version,
  occurredAt: timestamp,
  recordedAt: timestamp,
};

export const debit = strictObject({ id: Type.String(), ...debitMembers });

export const refundBody = strictObject({
  amount: Type.Optional(decimalInput),
});
export type RefundBody = Type.Static<typeof refundBody>;

export const refund = strictObject({
  id: Type.String(),
  debitId: Type.String(),
  accountId: Type.String(),
  pool: Type.String(),
  amount: decimal,
  refunded: decimalThat('All refunds of the debit so far, this one included.'),
  lots: lotAmounts,
  balance: balanceAfter,
  version,
  recordedAt: timestamp,
});

export const price = strictObject({
  pool: Type.String(),
  amount: decimal,
  per: decimalThat('The quantity that the amount pays for.'),
  unit: Type.String(),
  rounding: oneOf(['started', 'exact'], '`started`: every started `per` counts whole.'),
  minimum: decimalThat('The least that one debit takes.'),
});

export const explainedDebit = strictObject({
  id: Type.String(),
  ...debitMembers,
  metadata,
  holdId: Type.Optional(Type.String({ description: 'Of a capture: the hold that it resolved.' })),
  explanation: strictObject({
    price: nullable(price),
    decimals: Type.Integer({
      description: "The pool's decimals: what the price is rounded to, once, half up.",
    }),
    text: Type.String({ description: 'How the amount came about, in words.' }),
  }),
  refunded: decimal,
  lastRefund: nullable(strictObject({ id: Type.String(), amount: decimal, recordedAt: timestamp })),
});
