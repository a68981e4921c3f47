import Type from 'typebox';
import { charged, chargeInput, CHARGE } from './debit.ts';
import {
  balanceAfter,
  decimalInput,
  listOf,
  oneOf,
  pageQuery,
  strictObject,
  timestamp,
  version,
} from './values.ts';

export const holdBody = strictObject(
  {
    ...chargeInput,
    ttlSeconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 86_400, default: 900, description: 'When it expires by itself.' }),
    ),
  },
  { description: CHARGE, minProperties: 1 },
);
export type HoldBody = Type.Static<typeof holdBody>;

export const captureBody = strictObject(
  {
    amount: Type.Optional(decimalInput),
    quantity: Type.Optional(decimalInput),
    allowExcess: Type.Optional(
      Type.Boolean({ default: false, description: 'May take more than the hold, where the balance allows.' }),
    ),
  },
  { description: 'At most one of `amount` and `quantity`; without either, the whole hold.' },
);
export type CaptureBody = Type.Static<typeof captureBody>;

const holdMembers = {
  id: Type.String(),
  ...charged,
  state: oneOf(['open', 'captured', 'released', 'expired']),
};

export const hold = strictObject({
  ...holdMembers,
  balance: balanceAfter,
  version,
  expiresAt: timestamp,
  occurredAt: timestamp,
  recordedAt: timestamp,
});

const listedHold = strictObject({
  ...holdMembers,
  version,
  expiresAt: timestamp,
  occurredAt: timestamp,
  recordedAt: timestamp,
});
export const holdList = listOf(listedHold);

export const holdQuery = strictObject({
  ...pageQuery,
  state: Type.Optional(oneOf(['open'])),
});
