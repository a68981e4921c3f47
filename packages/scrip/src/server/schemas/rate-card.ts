import Type from 'typebox';
import { price } from './debit.ts';
import { decimalInput, oneOf, poolInput, strictObject, timestamp } from './values.ts';

const pool = strictObject({
  id: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
  decimals: Type.Integer({ minimum: 0, maximum: 6 }),
  unit: Type.String({ minLength: 1, maxLength: 32, examples: ['credit', '€'] }),
});

const priceInput = strictObject({
  pool: poolInput,
  amount: decimalInput,
  per: Type.Optional(decimalInput),
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 32, examples: ['second'] })),
  rounding: Type.Optional(oneOf(['started', 'exact'])),
  minimum: Type.Optional(decimalInput),
});

export const rateCardBody = strictObject(
  {
    pools: Type.Optional(Type.Array(pool, { minItems: 1, maxItems: 100 })),
    actions: Type.Record(Type.String(), priceInput, { maxProperties: 1000 }),
  },
  {
    description:
      'All actions and, where they change, all pools. An `amount` may be 0. `per` is 1, `rounding` exact and `minimum` 0 where left out.',
  },
);
export type RateCardBody = Type.Static<typeof rateCardBody>;

export const rateCard = strictObject({
  version: Type.Integer(),
  publishedAt: timestamp,
  pools: Type.Array(pool),
  actions: Type.Record(Type.String(), price),
});
