import { dialectNames, voicepartner } from '@scrip/dialects';
import Type from 'typebox';
import type { TProperties, TSchema } from 'typebox';
import { oneOf, strictObject } from './values.ts';

/** What every error of Scrip's own API looks like (RFC 9457). */
export const problemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri-reference' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    errors: Type.Optional(Type.Array(strictObject({ pointer: Type.String(), detail: Type.String() }))),
  },
  { description: 'RFC 9457. `code` is stable; some codes carry members of their own.' },
);

const REFUSED = 'Refused; nothing was changed.';
const BROKEN = 'Something broke; `outcome`, where it stands, says whether the change may have happened.';
const IN_DIALECT = " With `?dialect=`, in that vendor's own words.";

const problemContent = { 'application/problem+json': { schema: problemSchema } };
const vendorContent = {
  ...problemContent,
  'application/json': { schema: Type.Object({}) },
  'application/xml': { schema: Type.String() },
};

type RefusalReply = { readonly description: string; readonly content: typeof problemContent };

/** What a route refuses with: a spend also in the words of the vendor that `?dialect=` names. */
function refusals(isSpend: boolean): Record<string, TSchema | RefusalReply> {
  const content = isSpend ? vendorContent : problemContent;
  const words = isSpend ? IN_DIALECT : '';
  return {
    '4xx': { description: `${REFUSED}${words}`, content },
    '5xx': { description: `${BROKEN}${words}`, content },
  };
}

const idempotencyHeaders = strictObject({
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        'Makes the call safe to retry: 1 to 255 printable ASCII characters, bare or quoted, unique within the account. The same key with the same command answers with the first outcome.',
    }),
  ),
});

export const dialectQuery = strictObject({
  dialect: Type.Optional(
    oneOf(dialectNames, "Puts every refusal into this vendor's own status, content type and body."),
  ),
  [voicepartner.formatParameter]: Type.Optional(
    oneOf(['json', 'xml'], 'The format of refusals, with `dialect=voicepartner` only.'),
  ),
});

/** A reply without a body. */
export const noContent = Type.Null({ description: 'Done.' });

const noQuery = strictObject({});

interface RouteText {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
}

interface RouteParts {
  readonly params?: TProperties;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** True: the route takes an Idempotency-Key. */
  readonly idempotent?: boolean;
  readonly consumes?: readonly string[];
  readonly reply: Readonly<Record<number, TSchema>>;
}

/** One route's schema: what validates its requests and what `/openapi.json` says about it. */
export function routeSchema({ summary, description, tag }: RouteText, parts: RouteParts) {
  const response = refusals(parts.query === dialectQuery);
  for (const [status, schema] of Object.entries(parts.reply))
    response[status] = { description: 'As asked.', ...schema };
  return {
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    security: [{ key: [] }],
    querystring: parts.query ?? noQuery,
    ...(parts.params === undefined ? {} : { params: Type.Object(parts.params) }),
    ...(parts.body === undefined ? {} : { body: parts.body }),
    ...(parts.consumes === undefined ? {} : { consumes: [...parts.consumes] }),
    ...(parts.idempotent === true ? { headers: idempotencyHeaders } : {}),
    response,
  };
}
