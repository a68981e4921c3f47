import Type from 'typebox';
import {
  balanceAfter,
  decimal,
  decimalThat,
  decimalInput,
  listOf,
  lotAmounts,
  noteInput,
  nullable,
  nullableString,
  oneOf,
  poolInput,
  strictObject,
  timestamp,
  timestampInput,
  version,
} from './values.ts';

const kind = oneOf(['one-time', 'recurring']);
const every = oneOf(['day', 'week', 'month', 'year'], "Periods in the account's time zone.");
const source = oneOf(['purchase', 'trial', 'promotion', 'adjustment']);
const ROLLOVER =
  "What becomes of a period's remainder: `none` expires with the period, `all` stays, `max` is carried into the next.";

export const grantBody = strictObject({
  pool: poolInput,
  amount: decimalInput,
  kind,
  every: Type.Optional(every),
  rollover: Type.Optional(
    Type.Union([oneOf(['none', 'all']), strictObject({ max: decimalInput })], { description: ROLLOVER }),
  ),
  startsAt: Type.Optional(timestampInput),
  expiresAt: Type.Optional(timestampInput),
  priority: Type.Optional(
    Type.Integer({ minimum: -1000, maximum: 1000, default: 0, description: 'Lower is used up first.' }),
  ),
  price: Type.Optional(
    strictObject(
      { amount: decimalInput, currency: Type.String({ pattern: '^[A-Z]{3}$', examples: ['EUR'] }) },
      { description: 'What was paid for it.' },
    ),
  ),
  source: Type.Optional(source),
  note: Type.Optional(noteInput),
});
export type GrantBody = Type.Static<typeof grantBody>;

const terms = {
  id: Type.String(),
  accountId: Type.String(),
  pool: Type.String(),
  amount: decimal,
  kind,
  every: nullable(every),
  rollover: Type.Union([oneOf(['none', 'all']), strictObject({ max: decimal })], { description: ROLLOVER }),
  startsAt: timestamp,
  expiresAt: nullable(timestamp),
  priority: Type.Integer(),
  price: nullable(strictObject({ amount: decimal, currency: Type.String() })),
  source,
  note: nullableString,
  nextAt: Type.Union([timestamp, Type.Null()], { description: 'When its next period starts.' }),
};

export const grant = strictObject({ ...terms, balance: balanceAfter, version, recordedAt: timestamp });

const listedGrant = strictObject({
  ...terms,
  remaining: decimalThat('What is left of it now, held parts included.'),
  held: decimal,
  voidedAt: nullable(timestamp),
  version,
  recordedAt: timestamp,
});
export const grantList = listOf(listedGrant);

export const voidedGrant = strictObject({
  id: Type.String(),
  grantId: Type.String(),
  accountId: Type.String(),
  pool: Type.String(),
  amount: decimalThat('What was forfeited.'),
  lots: lotAmounts,
  balance: balanceAfter,
  version,
  recordedAt: timestamp,
});
