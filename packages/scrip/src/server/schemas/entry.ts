import Type from 'typebox';
import type { TProperties } from 'typebox';
import { decimal, LIST, lotAmounts, metadata, nullable, nullableString, oneOf, timestamp } from './values.ts';
import { balanceAfter, version } from './values.ts';

const base = {
  version,
  recordedAt: timestamp,
  id: Type.Union([Type.String(), Type.Null()], { description: "The change's id; null for what time did." }),
  actor: Type.Union([Type.String(), Type.Null()], {
    description: "The operator's key; null for Scrip itself.",
  }),
  hash: Type.String({ description: "The account's hash chain up to and with this entry." }),
};

function entryOf<K extends string>(kind: K, members: TProperties) {
  return Type.Object({ kind: Type.Literal(kind), ...base, ...members }, { additionalProperties: false });
}

const pool = { pool: Type.String(), amount: decimal, balance: balanceAfter };
const limits = Type.Record(Type.String(), decimal);
const personal = { name: Type.Optional(nullableString), metadata: Type.Optional(metadata) };
const grantKind = oneOf(['one-time', 'recurring']);
const role = nullable(oneOf(['admin', 'spend', 'read']));
const charged = {
  ...pool,
  action: nullableString,
  quantity: nullable(decimal),
  rateCardVersion: nullable(Type.Integer()),
  occurredAt: timestamp,
  lots: lotAmounts,
  metadata,
};
const holdEnd = { ...pool, holdId: Type.String(), lots: lotAmounts };

/** Every kind of entry, as customers and operators read it. */
const entryKinds = [
  entryOf('account-opened', { timezone: Type.String(), overdraft: limits, ...personal }),
  entryOf('account-changed', { timezone: nullableString, overdraft: limits, ...personal }),
  entryOf('account-closed', {}),
  entryOf('personal-data-erased', {}),
  entryOf('key-added', { keyId: Type.String(), name: nullableString, role }),
  entryOf('key-revoked', { keyId: Type.String() }),
  entryOf('credits-granted', {
    ...pool,
    grantKind,
    every: nullable(oneOf(['day', 'week', 'month', 'year'])),
    timezone: Type.String(),
    rollover: Type.Union([oneOf(['none', 'all']), Type.Object({ max: decimal })]),
    startsAt: timestamp,
    expiresAt: nullable(timestamp),
    priority: Type.Integer(),
    price: nullable(Type.Object({ amount: decimal, currency: Type.String() })),
    source: Type.String(),
    note: nullableString,
    lot: nullable(Type.Object({ expiresAt: nullable(timestamp), repaid: decimal })),
    nextAt: nullable(timestamp),
  }),
  entryOf('period-started', {
    ...pool,
    grantId: Type.String(),
    grantKind,
    priority: Type.Integer(),
    carried: nullable(Type.Object({ amount: decimal, forfeited: decimal })),
    repaid: decimal,
    expiresAt: nullable(timestamp),
    nextAt: nullable(timestamp),
  }),
  entryOf('lot-expired', { ...pool, grantId: Type.String() }),
  entryOf('grant-voided', { ...pool, grantId: Type.String() }),
  entryOf('credits-debited', charged),
  entryOf('debit-refunded', {
    ...pool,
    debitId: Type.String(),
    refunded: decimal,
    full: Type.Boolean(),
    lots: lotAmounts,
  }),
  entryOf('hold-placed', { ...charged, expiresAt: timestamp }),
  entryOf('hold-captured', { ...charged, holdId: Type.String(), returned: lotAmounts }),
  entryOf('hold-released', holdEnd),
  entryOf('hold-expired', holdEnd),
];

const entry = Type.Unsafe<Record<string, unknown>>({
  description: 'One line of the journal. `balance` is the pool after it.',
  oneOf: entryKinds,
});

export const entryList = Type.Object(
  { data: Type.Array(entry), next: nullableString, sealedThrough: Type.Optional(version) },
  { description: LIST, additionalProperties: false },
);
