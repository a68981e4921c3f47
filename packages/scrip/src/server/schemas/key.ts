import Type from 'typebox';
import { listOf, nameInput, nullableString, oneOf, strictObject, timestamp } from './values.ts';

const secretInput = Type.String({
  minLength: 8,
  maxLength: 255,
  pattern: '^[!-~]*$',
  description:
    'An existing key to import, so that its holder can keep it: visible ASCII characters. Left out: Scrip makes one.',
});

const role = oneOf(
  ['admin', 'spend', 'read'],
  '`read`: all GETs, and quotes. `spend`: also debits, holds and refunds. `admin`: everything.',
);

export const keyBody = strictObject({ name: Type.Optional(nameInput), secret: Type.Optional(secretInput) });
export type KeyBody = Type.Static<typeof keyBody>;

export const operatorKeyBody = strictObject({
  name: Type.Optional(nameInput),
  role,
  secret: Type.Optional(secretInput),
});
export type OperatorKeyBody = Type.Static<typeof operatorKeyBody>;

const secret = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'Shown this once. A replay of the call shows null: Scrip keeps only a digest.',
});

const listed = { id: Type.String(), name: nullableString, createdAt: timestamp };

const key = strictObject(listed);
export const newKey = strictObject({ ...listed, secret });
const operatorKey = strictObject({ ...listed, role });
export const newOperatorKey = strictObject({ ...listed, role, secret });

export const keyList = listOf(key);
export const operatorKeyList = listOf(operatorKey);
