import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountNumber,
  countNumber,
  countOf,
  elementsOf,
  type JsonValue,
  memberOf,
  microsOf,
  parseJson,
  textOf,
  writeJson,
} from './json.ts';

describe('writing JSON', () => {
  it('writes numbers from their bigint, with every digit', () => {
    const body = { balance: amountNumber(12_345_678_901_123_456n), calls: countNumber(3.9), none: null };
    expect(writeJson(body)).toBe('{"balance":12345678901.123456,"calls":3,"none":null}');
  });

  it('writes what JSON.stringify writes for documents without numbers', () => {
    const document = fc
      .jsonValue()
      .map((value) => JSON.parse(JSON.stringify(value, withoutNumbers)) as JsonValue);
    fc.assert(
      fc.property(document, (value) => {
        expect(writeJson(value)).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe('an engine that does not tell the source of a number', () => {
  it('reads every document as one that does', () => {
    const pieces = ['\u0001', String.raw`\u0001`, '"', '\\', '-1.5e3', '{"a":1}', ' '];
    const text = fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join(''));
    const documents = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, text, fc.double(), fc.constant(null), tie('list'), tie('object')),
      list: fc.array(tie('value')),
      object: fc.dictionary(text, tie('value')),
    })).value;
    fc.assert(
      fc.property(documents, fc.constantFrom('', ' ', '\n'), (document, space) => {
        const written = JSON.stringify(document, null, space);
        expect(parseJson(written, false)).toEqual(parseJson(written, true));
      }),
    );
  });

  it('keeps digits that no float has', () => {
    const text = '[9007199254740993.123456,1E2,-0.10,{"1":1.50}]';
    expect(writeJson(parseJson(text, false) ?? null)).toBe(text);
  });

  it.each(['', '{"balance":1', '01', '[1-2]', '"a" 1'])('gives nothing for %j', (text) => {
    expect(parseJson(text, false)).toBeUndefined();
  });
});

describe('reading JSON', () => {
  it("keeps a number's text, digit by digit", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (number) => {
        expect(textOf(parseJson(`${number}`))).toBe(`${number}`);
      }),
    );
    expect(writeJson(parseJson('{"a":[1.50,1E2]}') ?? null)).toBe('{"a":[1.50,1E2]}');
  });

  it('takes a leading byte-order mark', () => {
    expect(parseJson('\uFEFFtrue')).toBe(true);
  });

  it.each(['', '{"balance":1', '<html></html>', 'undefined', '{}{}'])('gives nothing for %j', (text) => {
    expect(parseJson(text)).toBeUndefined();
  });

  it('survives a document nested a million deep', () => {
    expect(() => parseJson('['.repeat(1_000_000) + ']'.repeat(1_000_000))).not.toThrow();
  });

  it('does not take an object for a number, nor inherited members for its own', () => {
    const body = parseJson('{"numberText":"1","__proto__":{"balance":1}}');
    expect(microsOf(body)).toBeNull();
    expect(memberOf(body, 'balance')).toBeUndefined();
    expect(memberOf(body, 'toString')).toBeUndefined();
  });
});

describe('taking a document apart', () => {
  it('reads amounts and counts from numbers and from strings', () => {
    const body = parseJson('{"a":1.5,"b":"1.5","c":true,"d":-1}');
    expect(microsOf(memberOf(body, 'a'))).toBe(1_500_000n);
    expect(microsOf(memberOf(body, 'b'))).toBe(1_500_000n);
    expect(countOf(memberOf(body, 'a'))).toBe(1n);
    expect(microsOf(memberOf(body, 'c'))).toBeNull();
    expect(countOf(memberOf(body, 'd'))).toBeNull();
  });

  it('finds no members or elements in what has none', () => {
    expect(memberOf(parseJson('[1]'), '0')).toBeUndefined();
    expect(memberOf(parseJson('1'), 'a')).toBeUndefined();
    expect(memberOf(undefined, 'a')).toBeUndefined();
    expect(elementsOf(parseJson('{"length":1}'))).toEqual([]);
  });
});

function withoutNumbers(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}
