import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import { invalidRequest, RefusedRequest } from './problem.ts';
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

/** Texts of digits become the integers that their schema asks for; all else stays the text that it is. */
function queryValidator(schema: TSchema) {
  const check = compileCheck(schema);
  const { properties = {} } = schema as { properties?: Record<string, { type?: unknown }> };
  const integers = Object.keys(properties).filter((name) => properties[name]?.type === 'integer');
  return (query: unknown) => {
    const value = { ...(query as Record<string, unknown>) };
    for (const name of integers) {
      const text = value[name];
      if (typeof text === 'string' && /^\d{1,9}$/.test(text)) value[name] = Number(text);
    }
    const issues = check(value);
    if (issues === undefined) return { value };
    const named = issues.map(({ pointer, detail }) => ({ pointer: `?${pointer.slice(1)}`, detail }));
    return { error: new RefusedRequest(invalidRequest(named)) };
  };
}
