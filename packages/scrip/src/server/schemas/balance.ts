import Type from 'typebox';
import {
  decimal,
  decimalThat,
  listOf,
  nullable,
  oneOf,
  strictObject,
  timestamp,
  timestampInput,
  version,
} from './values.ts';

const upcoming = nullable(strictObject({ at: timestamp, amount: decimal }));

export const balance = strictObject({
  accountId: Type.String(),
  asOf: timestamp,
  version,
  source: oneOf(['ledger']),
  pools: Type.Array(
    strictObject({
      pool: Type.String(),
      settled: decimal,
      held: decimal,
      available: decimal,
      oneTime: decimal,
      recurring: decimal,
      nextExpiry: upcoming,
      nextGrant: upcoming,
    }),
    {
      description:
        'Each pool that ever had a grant or has an overdraft. `oneTime` and `recurring` make `available`.',
    },
  ),
});

export const balanceQuery = strictObject({ at: Type.Optional(timestampInput) });

const lot = strictObject({
  pool: Type.String(),
  grantId: Type.String(),
  lot: Type.Integer({ description: 'The version of the entry that made it; 0 is the overdraft.' }),
  kind: oneOf(['one-time', 'recurring']),
  amount: decimalThat('What remains, held parts included.'),
  held: decimal,
  available: decimal,
  priority: Type.Integer(),
  grantedAt: timestamp,
  expiresAt: nullable(timestamp),
});
export const lotList = listOf(lot);
