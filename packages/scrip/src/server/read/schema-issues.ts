import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import type { Issue } from '../problem.ts';

/** Tells what is wrong with a value; undefined when nothing is. */
export type SchemaCheck = (value: unknown) => Issue[] | undefined;

/** Compiles a schema once; its check costs next to nothing on values that fit. Nothing is ever coerced. */
export function compileCheck(schema: TSchema): SchemaCheck {
  const validator = Compile(schema);
  const mostItems = mostItemsOf(schema);
  return (value) =>
    validator.Check(value)
      ? undefined
      : (overlongIssues(mostItems, value) ?? toIssues(validator.Errors(value)));
}

/** The members that are lists, and how many elements each may have. */
function mostItemsOf(schema: TSchema): readonly (readonly [name: string, most: number])[] {
  const { properties = {} } = schema as { properties?: Readonly<Record<string, { maxItems?: number }>> };
  return Object.entries(properties).flatMap(([name, { maxItems }]) =>
    maxItems === undefined ? [] : [[name, maxItems] as const],
  );
}

/**
 * A list that has more elements than it may, told by its length alone; undefined where there is none. The errors of
 * hundreds of thousands of elements would be made before the first is told.
 */
function overlongIssues(mostItems: ReturnType<typeof mostItemsOf>, value: unknown): Issue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, most] of mostItems) {
    const list = (value as Record<string, unknown>)[name];
    if (Array.isArray(list) && list.length > most)
      return [{ pointer: `/${name}`, detail: `must not have more than ${most} items.` }];
  }
  return undefined;
}

const MAX_ISSUES = 8;

function toIssues(errors: readonly TLocalizedValidationError[]): Issue[] {
  const issues = new Map<string, string>();
  // The most specific words come first: a union's own error only says that no branch fits.
  for (const error of errors)
    for (const { pointer, detail } of describe(error)) {
      if (!issues.has(pointer) && issues.size < MAX_ISSUES) issues.set(pointer, detail);
    }
  return [...issues].map(([pointer, detail]) => ({ pointer, detail }));
}

function describe(error: TLocalizedValidationError): Issue[] {
  const { instancePath: pointer } = error;
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        pointer: `${pointer}/${escapePointer(name)}`,
        detail: 'is missing.',
      }));
    case 'boolean':
      return [{ pointer, detail: 'is not a member that this request takes.' }];
    case 'additionalProperties':
    case 'anyOf':
      // Said by the errors of the members and branches.
      return [];
    case 'enum':
      return [{ pointer, detail: `must be one of ${error.params.allowedValues.map(quote).join(', ')}.` }];
    case 'minProperties':
      return [{ pointer, detail: 'must not be empty.' }];
    case 'type':
      return [{ pointer, detail: `must be ${withArticle([error.params.type].flat())}.` }];
    case 'pattern':
      return [{ pointer, detail: PATTERNS[String(error.params.pattern)] ?? `${error.message}.` }];
    default:
      return [{ pointer, detail: `${error.message}.` }];
  }
}

/** What a pattern says, where a person may have to read it. */
const PATTERNS: Readonly<Record<string, string>> = {
  '^[ -~]*$': 'must be 1 to 255 printable ASCII characters.',
};

function quote(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined';
}

function withArticle(types: readonly string[]): string {
  return types
    .map((type) => (type === 'null' ? 'null' : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`))
    .join(' or ');
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
