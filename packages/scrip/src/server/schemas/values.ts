import Type from 'typebox';
import type { TObject, TProperties, TSchema } from 'typebox';

/** The parts that requests and replies are made of. Types are JSON's own: nothing is coerced. */

/** An object that takes no other members. */
export function strictObject<T extends TProperties>(
  properties: T,
  options: { description?: string; minProperties?: number } = {},
) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

export function oneOf<const T extends readonly string[]>(values: T, description?: string) {
  return Type.Unsafe<T[number]>({
    type: 'string',
    enum: [...values],
    ...(description === undefined ? {} : { description }),
  });
}

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** An amount or a quantity in a request. */
export const decimalInput = Type.Unsafe<string | number>({
  type: ['string', 'number'],
  description:
    'A plain decimal string ("12.5") or a JSON number; every digit counts, so a number finer than its pool is refused.',
  examples: ['12.5', 3],
});

export const decimal = decimalThat(
  'A canonical decimal: no exponent, no plus, no leading or trailing zeros.',
);

/** A decimal in a reply, with what it says. */
export function decimalThat(description: string) {
  return Type.String({
    pattern: '^-?(0|[1-9][0-9]*)(\\.[0-9]*[1-9])?$',
    description,
    examples: ['12.5'],
  });
}

export const timestamp = Type.String({
  format: 'date-time',
  description: 'RFC 3339 in UTC with milliseconds.',
  examples: ['2026-03-01T09:30:00.000Z'],
});

export const timestampInput = Type.String({
  maxLength: 64,
  description: 'RFC 3339, of any offset, in the years 2000 to 9999.',
  examples: ['2026-03-01T10:30:00+01:00'],
});

export const accountIdInput = Type.String({
  description: '1 to 64 letters, digits, dots, underscores or hyphens; the names of vendors are reserved.',
  examples: ['acme'],
});

export const nameInput = Type.String({ minLength: 1, maxLength: 200, description: 'For people to read.' });
export const noteInput = Type.String({ minLength: 1, maxLength: 1000, description: 'For people to read.' });
export const poolInput = Type.String({ minLength: 1, maxLength: 64, examples: ['standard'] });
export const actionInput = Type.String({ minLength: 1, maxLength: 64, examples: ['voice_call'] });

export const metadataInput = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  description: 'Any JSON object of up to 4 kB. Kept beside the journal, so that it can be erased.',
});

export const metadata = Type.Unsafe<Record<string, unknown> | null>({ type: ['object', 'null'] });

/** Any name: without a pattern of its own, those with a line break would not be looked at. */
const anyName = Type.String({ pattern: '^[\\s\\S]*$' });

export const overdraftInput = Type.Record(anyName, decimalInput, {
  description: 'What may be spent of each pool beyond its grants; 0 takes an overdraft away.',
});

export const version = Type.Integer({
  minimum: 0,
  description: 'Counts the entries of the account: the one that this reply rests on.',
});

export const balanceAfter = strictObject(
  { settled: decimal, held: decimal, available: decimal },
  { description: "The pool's balance after this change." },
);

export const lotAmounts = Type.Array(strictObject({ grantId: Type.String(), amount: decimal }));

export const nullableString = Type.Unsafe<string | null>({ type: ['string', 'null'] });

/** A page of a list. */
export function listOf<T extends TObject>(item: T) {
  return strictObject({ data: Type.Array(item), next: nullableString }, { description: LIST });
}

export const LIST = 'One page; `next` is the `after` of the next page, null on the last one.';

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  after: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'The `next` of a page.' })),
};

/** The body of a request that says everything by its path: none, or an empty object. */
export const nothingInput = strictObject({});
