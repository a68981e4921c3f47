import Type from 'typebox';
import { decimal, nullableString, oneOf, strictObject } from './values.ts';

const day = Type.String({
  maxLength: 10,
  description: "YYYY-MM-DD, a day in the account's time zone; inclusive.",
});

export const usageQuery = strictObject({
  start: Type.Optional(day),
  end: Type.Optional(day),
  by: Type.Optional(oneOf(['day', 'action', 'key'])),
});

const used = { pool: Type.String(), amount: decimal, calls: Type.Integer() };

export const usage = strictObject({
  accountId: Type.String(),
  start: Type.String(),
  end: Type.String(),
  timezone: Type.String(),
  data: Type.Array(
    strictObject({
      day: Type.Optional(Type.String()),
      action: Type.Optional(nullableString),
      key: Type.Optional(nullableString),
      ...used,
    }),
    { description: 'One line per pool and day, action or key (null: a plain amount, or Scrip itself).' },
  ),
  total: Type.Array(strictObject(used)),
});
