import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { addJsonText, addText, bytesOf, newByteText } from './byte-text.ts';

const units = ['a', '"', '\\', '\n', '\u007f', '\u0080', 'é', 'ÿ', '€', '😀', '\ud800'];
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...units) }),
);

it('a text of bytes is what the strings would have been, however small its buffer was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.boolean())), fc.nat(20), (parts, capacity) => {
      const built = newByteText(capacity);
      let expected = '';
      for (const [part, isJson] of parts) {
        if (isJson) addJsonText(built, part);
        else addText(built, part);
        expected += isJson ? JSON.stringify(part) : part;
      }
      expect(bytesOf(built)).toEqual(Buffer.from(expected, 'utf8'));
    }),
  );
});
