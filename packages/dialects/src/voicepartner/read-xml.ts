/** What an element of the platform's XML holds: text, or the entries inside it. */
export type XmlEntry = string | XmlEntry[];

const token =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([A-Za-z_][\w.:-]*)(?:\s[^<>]*?)?(\/?)>|([^<]+)/gy;

const namedCharacters: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  euro: '€',
};

interface OpenElement {
  name: string;
  text: string;
  entries: XmlEntry[];
}

/**
 * Reads the platform's XML: the entries of `result`, by position, whatever the inner elements are called.
 * Undefined for anything else: another root (an HTML page), a document type, a document cut off.
 */
export function readXml(text: string): XmlEntry[] | undefined {
  const source = text.replace(/^\uFEFF/, '').trim();
  const open: OpenElement[] = [];
  let root: XmlEntry[] | undefined;
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const match = token.exec(source);
    if (match === null || (root !== undefined && match[3] !== undefined)) return undefined;
    const [, cdata, slash, name, selfClosing, characters] = match;
    const current = open.at(-1);
    if (name === undefined) {
      if (current !== undefined) current.text += cdata ?? unescape(characters ?? '');
      else if (cdata !== undefined || (characters ?? '').trim() !== '') return undefined;
      continue;
    }
    if (slash === '' && current === undefined && name !== 'result') return undefined;
    if (slash === '') open.push({ name, text: '', entries: [] });
    if (slash === '' && selfClosing === '') continue;
    const closed = open.pop();
    if (closed?.name !== name) return undefined;
    const parent = open.at(-1);
    if (parent === undefined) root = closed.entries;
    else parent.entries.push(closed.entries.length > 0 ? closed.entries : closed.text.trim());
  }
  return open.length === 0 ? root : undefined;
}

function unescape(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|([a-z]+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return namedCharacters[name] ?? whole;
    const codePoint = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : whole;
  });
}
