import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countNumber } from '../json.ts';
import { decodeBalance } from './decode.ts';
import { readXml } from './read-xml.ts';
import { writeXml } from './xml.ts';

const declaration = "<?xml version='1.0' encoding='UTF-8'?>";

describe('the XML of a body', () => {
  it('loses the keys, keeps the nesting, and puts strings in CDATA', () => {
    const xml = writeXml({ success: false, code: countNumber(10), message: 'Clé', more: { at: ['a'] } });
    expect(xml).toBe(
      `${declaration}<result><entry>false</entry><entry>10</entry><entry><![CDATA[Clé]]></entry>` +
        `<entry><entry><entry><![CDATA[a]]></entry></entry></entry></result>`,
    );
  });

  it('never lets a string end its CDATA', () => {
    expect(writeXml({ message: 'a]]>b' })).toBe(
      `${declaration}<result><entry><![CDATA[a]]]]><![CDATA[>b]]></entry></result>`,
    );
  });

  it('replaces what XML cannot write and leaves the rest', () => {
    const message = 'a\u0000b\u001Bc\uFFFEd\uD800e\uDC00f\tg\u{1F600}h';
    expect(writeXml({ message })).toContain('[a�b�c�d�e�f\tg\u{1F600}h]');
  });

  it('holds any text so that it reads back, but for what XML cannot write', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, (message) => {
        const read = readXml(writeXml({ message, after: 'x' }));
        expect(read).toEqual([writable(message).trim(), 'x']);
      }),
    );
  });
});

describe('reading XML', () => {
  it('goes by position, whatever the elements are called and however the text is escaped', () => {
    const xml =
      '<result a="b">\n <ok>true</ok><x>1 &lt; 2 &#233;&#xE9;</x><!-- no --><y/><z><a>1</a> <b> 2 </b></z></result>';
    expect(readXml(xml)).toEqual(['true', '1 < 2 éé', '', ['1', '2']]);
  });

  it.each([
    ['another root', '<html><body>no</body></html>'],
    ['a document type', '<!DOCTYPE result [<!ENTITY a "b">]><result><entry>1</entry></result>'],
    ['a document cut off', '<result><entry>true</entry><ent'],
    ['an element left open', '<result><entry>true</entry>'],
    ['elements that overlap', '<result><a><b></a></b></result>'],
    ['two roots', '<result></result><result></result>'],
    ['an end without a beginning', '</result>'],
    ['text around the root', 'no <result></result>'],
    ['nothing', ''],
  ])('refuses %s', (_what, xml) => {
    expect(readXml(xml)).toBeUndefined();
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      '<result>',
      '</result>',
      '<entry>',
      '</entry>',
      '<entry/>',
      '<![CDATA[',
      ']]>',
      '&#x110000;',
      '&amp;',
      '<',
      'false',
      'a',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const body = pieces.join('');
        expect(() => decodeBalance({ status: 200, headers: {}, body })).not.toThrow();
      }),
    );
  });
});

function writable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the characters that XML cannot write
  return text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\uD800-\uDFFF]/gu, '�');
}

describe('a balance in XML', () => {
  const read = (...entries: string[]) =>
    decodeBalance({
      status: 200,
      headers: {},
      body: `<result>${entries.map((entry) => `<entry>${entry}</entry>`).join('')}</result>`,
    });
  const credit = (availableMicros: bigint) => ({
    ok: true,
    balance: { pools: [{ pool: 'eur', availableMicros }] },
  });

  it('that has 0 and 1 for false and true is read as one that has the words', () => {
    expect(read('0', '10', 'Clé inconnue')).toMatchObject({
      ok: false,
      refusal: { code: 'credential-unknown' },
    });
    expect(read('1', '19.5', '€', '')).toMatchObject(credit(19_500_000n));
    expect(read('1', '', '€', '')).toEqual(read('true', '', '€', ''));
  });

  it('that leaves it out begins with the credit, also where that is 0 or 1', () => {
    expect(read('0', '€', '')).toMatchObject(credit(0n));
    expect(read('1', '€', '')).toMatchObject(credit(1_000_000n));
    expect(read('0', '', '<entry>x</entry>')).toMatchObject({
      ok: true,
      balance: { pools: [{ availableMicros: 0n }] },
    });
    expect(read('true', '1', '€', '')).toMatchObject(credit(1_000_000n));
  });
});
