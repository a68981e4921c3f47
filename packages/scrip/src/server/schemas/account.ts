import Type from 'typebox';
import {
  accountIdInput,
  decimal,
  listOf,
  metadata,
  metadataInput,
  nameInput,
  nullable,
  nullableString,
  overdraftInput,
  strictObject,
  timestamp,
  version,
} from './values.ts';

const timezone = Type.String({
  maxLength: 64,
  description: 'An IANA time zone: the days of usage and the periods of grants are days in it.',
  examples: ['Europe/Paris'],
});

export const accountBody = strictObject({
  id: Type.Optional(accountIdInput),
  name: Type.Optional(nameInput),
  timezone: Type.Optional(timezone),
  overdraft: Type.Optional(overdraftInput),
  metadata: Type.Optional(metadataInput),
});
export type AccountBody = Type.Static<typeof accountBody>;

export const accountPatch = strictObject({
  name: Type.Optional(nullable(nameInput)),
  timezone: Type.Optional(timezone),
  overdraft: Type.Optional(overdraftInput),
  metadata: Type.Optional(nullable(metadataInput)),
});
export type AccountPatch = Type.Static<typeof accountPatch>;

export const account = strictObject({
  id: Type.String(),
  name: nullableString,
  timezone: Type.String(),
  overdraft: Type.Record(Type.String(), decimal),
  metadata,
  createdAt: timestamp,
  closedAt: nullable(timestamp),
  version,
});
export type AccountReply = Type.Static<typeof account>;

/** What the erasing of personal data is answered with. */
export const erasure = strictObject({ accountId: Type.String(), erasedAt: timestamp, version });

export const accountList = listOf(account);
