import Type from 'typebox';
import { chargeInput, debitMembers } from './debit.ts';
import { problemSchema } from './route-schema.ts';
import { accountIdInput, strictObject } from './values.ts';

/** One debit of many; `id` makes it safe to retry, as an Idempotency-Key would. */
export const bulkLine = strictObject({
  id: Type.String({ minLength: 1, maxLength: 255, pattern: '^[ -~]*$' }),
  accountId: accountIdInput,
  ...chargeInput,
});
export type BulkLine = Type.Static<typeof bulkLine>;

/** Lines are checked one by one, so that a bad one is refused alone. */
export const bulkBody = Type.Unsafe<unknown>({
  type: 'array',
  items: bulkLine,
  maxItems: 10_000,
  description: 'A JSON array, or one JSON object per line (application/x-ndjson).',
});

const id = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: "The line's id; null where it could not be read.",
});

export const bulkReply = strictObject({
  results: Type.Array(
    Type.Union([
      strictObject({
        id,
        status: Type.Literal(201),
        ...debitMembers,
      }),
      Type.Object({ id, ...problemSchema.properties }),
    ]),
    { description: "In the lines' order. A line is a debit (status 201) or a problem (its status)." },
  ),
});
