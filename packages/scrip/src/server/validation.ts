import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import { invalidRequest, RefusedRequest, WHOLE_QUERY } from './problem.ts';
import type { Issue } from './problem.ts';
import { compileCheck } from './read/schema-issues.ts';

/**
 * Bodies and queries are checked by their schemas, compiled once. Path parameters are any text (what they name is
 * looked up), and headers are read where they are needed: their schemas only document them. `checksBodies: false`
 * leaves bodies to the handlers.
 */
export function installValidation(app: FastifyInstance, { checksBodies }: { checksBodies: boolean }): void {
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    if (httpPart === 'body' && checksBodies) return bodyValidator(schema);
    if (httpPart === 'querystring') return queryValidator(schema);
    return () => true;
  });
  // Handlers send text that they have made themselves.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
}

const EMPTY_BODY = { code: 'malformed-json', detail: 'The body is empty: send a JSON object.' } as const;

function bodyValidator(schema: TSchema) {
  const check = compileCheck(schema);
  const takesNothing = check({}) === undefined;
  return (body: unknown) => {
    // No body is an empty object, where that is enough.
    if (body === null && takesNothing) return { value: {} };
    if (body === null) return { error: new RefusedRequest(EMPTY_BODY) };
    const issues = check(body);
    return issues === undefined ? true : { error: new RefusedRequest(invalidRequest(issues)) };
  };
}

/**
 * Texts of digits become the integers that their schema asks for; all else stays the text that it is. A parameter that
 * is not taken is not named: some callers write a key there without a name for it.
 */
function queryValidator(schema: TSchema) {
  const check = compileCheck(schema);
  const { properties = {} } = schema as { properties?: Record<string, { type?: unknown }> };
  const integers = Object.keys(properties).filter((name) => properties[name]?.type === 'integer');
  return (query: unknown) => {
    const value = { ...(query as Record<string, unknown>) };
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(properties, name));
    for (const name of unknown) delete value[name];
    for (const name of integers) {
      const text = value[name];
      if (typeof text === 'string' && /^\d{1,9}$/.test(text)) value[name] = Number(text);
    }
    const named = (check(value) ?? []).map(({ pointer, detail }) => ({
      pointer: `?${pointer.slice(1)}`,
      detail,
    }));
    const issues = unknown.length === 0 ? named : [unknownParameter(properties), ...named];
    return issues.length === 0 ? { value } : { error: new RefusedRequest(invalidRequest(issues)) };
  };
}

function unknownParameter(properties: object): Issue {
  const taken = Object.keys(properties).join(', ');
  return {
    pointer: WHOLE_QUERY,
    detail: `The query holds a parameter that this request does not take. It takes ${taken === '' ? 'none' : taken}.`,
  };
}
