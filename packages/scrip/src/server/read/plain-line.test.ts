import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bulkLine } from '../schemas/bulk.ts';
import { readArrayLines, readTextLines } from './bulk-lines.ts';
import { readJson, readJsonText } from './json.ts';
import { readPlainLine } from './plain-line.ts';
import { compileCheck } from './schema-issues.ts';

const fits = (value: unknown) => compileCheck(bulkLine)(value) === undefined;

/** What may stand in a line: mostly what is plain, and much that nearly is. */
const token = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z0-9 ._-]{1,12}$/).map((text) => JSON.stringify(text)) },
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('""', '"\\u0061"', '"a\\\\"', '"a\nb"', '"\u007f"', '"é"', `"${'x'.repeat(300)}"`),
  { weight: 4, arbitrary: fc.nat().map(String) },
  fc.constantFrom('0', '01', '-1', '1.5', '1e2', '12345678901234567', '1.', 'null', '{}', '[1]', 'tru'),
);
const space = fc.constantFrom('', '', '', ' ', '\t\r\n', '\u00a0');
const name = fc.constantFrom('"id"', '"accountId"', '"action"', '"quantity"');
const otherName = fc.constantFrom('"amount"', '"__proto__"', '"i\\u0064"', '"id', 'id', '');
const member = fc
  .tuple(space, fc.oneof({ weight: 20, arbitrary: name }, otherName), space, space, token, space)
  .map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`);
const members = fc.oneof(
  { weight: 5, arbitrary: plainMembers() },
  fc.array(member, { minLength: 3, maxLength: 5 }),
);
const line = fc
  .tuple(space, members, fc.constantFrom('}', '}', '}', '} ', ',}', ''))
  .map(([before, parts, end]) => `${before}{${parts.join(',')}${end}`);

/** The four members in any order, each with a value of its kind, or nearly. */
function plainMembers() {
  const valueOf = (own: fc.Arbitrary<string>) => fc.oneof({ weight: 9, arbitrary: own }, token);
  const text = fc.stringMatching(/^[ -~]{1,12}$/).map((one) => JSON.stringify(one));
  const number = fc.oneof(
    fc.nat().map(String),
    fc.nat().map((one) => `"${one}"`),
  );
  return fc
    .tuple(valueOf(text), valueOf(text), valueOf(text), valueOf(number), space, space)
    .chain(([id, account, action, quantity, a, b]) =>
      fc.shuffledSubarray(
        [
          `${a}"id"${b}:${id}`,
          `"accountId":${a}${account}`,
          `"action":${action}${b}`,
          `${b}"quantity":${quantity}${a}`,
        ],
        { minLength: 4 },
      ),
    );
}

describe('the reader of plain lines', () => {
  it('reads a line as JSON and the schema do, or not at all', () => {
    let plain = 0;
    fc.assert(
      fc.property(line, fc.string(), (text, before) => {
        const read = readPlainLine(before + text, before.length);
        if (read === null) return;
        plain += 1;
        const own = (before + text).slice(before.length, read.end);
        expect(read.value).toEqual(readJsonText(own));
        expect(fits(read.value)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(plain).toBeGreaterThan(300);
  });

  it.each([
    ['{"id":"a","accountId":"b","action":"sms","quantity":1}', true],
    [' { "quantity" : "1.5" , "action":"sms",\n"accountId":"b","id":"a" }', true],
    ['{"id":"a","accountId":"b","action":"sms","quantity":9999999999999}', true],
    ['{"id":"a","accountId":"b","action":"sms","quantity":10000000000000}', false],
    ['{"id":"a","accountId":"b","action":"sms","quantity":1.5}', false],
    ['{"id":"a","accountId":"b","action":"sms","quantity":01}', false],
    ['{"id":"a","id":"c","accountId":"b","action":"sms"}', false],
    ['{"id":"a","accountId":"b","action":"sms","quantity":1,"metadata":{}}', false],
    ['{"id":1,"accountId":"b","action":"sms","quantity":1}', false],
    [`{"id":"${'a'.repeat(256)}","accountId":"b","action":"sms","quantity":1}`, false],
    [`{"id":"a","accountId":"b","action":"${'s'.repeat(65)}","quantity":1}`, false],
  ])('takes %s: %s', (text, isPlain) => {
    expect(readPlainLine(text, 0) !== null).toBe(isPlain);
  });
});

/** What a reader gives, or the problem that it refuses with. */
const outcomeOf = async (read: () => unknown) => {
  try {
    return { read: await read() };
  } catch (error) {
    return { problem: (error as { problem: unknown }).problem };
  }
};
const valuesOf = async (lines: () => unknown) =>
  outcomeOf(async () =>
    ((await lines()) as { ok: boolean; value?: unknown; problem?: unknown }[]).map(({ value, problem }) => ({
      value,
      problem,
    })),
  );

describe('the lines of a bulk request', () => {
  it('of an array are what JSON says, or refused as JSON refuses them', async () => {
    const array = fc
      .tuple(space, fc.array(line, { maxLength: 4 }), fc.constantFrom(']', ']', ']', ',]', ']]', ''), space)
      .map(([a, lines, end, b]) => `${a}[${lines.join(',')}${end}${b}`);
    await fc.assert(
      fc.asyncProperty(array, async (text) => {
        const body = Buffer.from(text);
        const expected = await outcomeOf(() => readJson(body));
        const values = expected.read as unknown[] | undefined;
        const lines = values?.map((value) => ({ value, problem: undefined }));
        expect(await valuesOf(() => readArrayLines(body))).toEqual(lines ? { read: lines } : expected);
      }),
    );
  });

  it('of text are each what JSON says of it alone, and blank ones do not count', async () => {
    const blank = fc.constantFrom('', ' ', '\r', '\u00a0');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof({ weight: 4, arbitrary: line }, blank)), async (lines) => {
        const text = lines.join('\n');
        const expected = await Promise.all(
          text
            .split('\n')
            .filter((one) => one.trim() !== '')
            .map((one) => outcomeOf(() => readJsonText(one))),
        );
        const read = expected.map(({ read: value, problem }) => ({ value, problem }));
        expect(await valuesOf(() => readTextLines(Buffer.from(text)))).toEqual({ read });
      }),
    );
  });
});
