import { type JsonValue, textOf } from '../json.ts';

const declaration = "<?xml version='1.0' encoding='UTF-8'?>";

/** What XML 1.0 has no way to write, besides halves of surrogate pairs. */
// oxlint-disable-next-line no-control-regex -- these characters are what it must find
const unwritable = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/**
 * The platform's XML of a body: the keys are lost, and every value is an `entry`, in the JSON's order. Strings
 * stand in CDATA; numbers and booleans stand plain.
 */
export function writeXml(body: JsonValue): string {
  return `${declaration}<result>${writeEntries(body)}</result>`;
}

function writeEntries(value: JsonValue): string {
  if (typeof value === 'string') return writeCdata(value);
  if (value === null) return '';
  const number = textOf(value);
  if (number !== null) return number;
  if (typeof value === 'boolean') return String(value);
  return Object.values(value)
    .map((member: JsonValue) => `<entry>${writeEntries(member)}</entry>`)
    .join('');
}

function writeCdata(text: string): string {
  const writable = text.toWellFormed().replace(unwritable, '\uFFFD');
  return `<![CDATA[${writable.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
