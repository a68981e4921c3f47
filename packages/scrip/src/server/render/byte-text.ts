/**
 * A text that is put together in one buffer. Put together of strings, a reply of a thousand lines is a tree of thirty
 * thousand, which is collected, flattened and then encoded; that takes longer than all else about it.
 */
export interface ByteText {
  bytes: Buffer;
  length: number;
}

const [QUOTE, BACKSLASH, SPACE, LAST_ASCII] = [34, 92, 32, 127];
/** Bytes that UTF-8 takes for one unit of a string, at most. */
const MAX_UNIT_BYTES = 3;

export function newByteText(capacityBytes: number): ByteText {
  return { bytes: Buffer.allocUnsafe(capacityBytes), length: 0 };
}

export function bytesOf({ bytes, length }: ByteText): Buffer {
  return bytes.subarray(0, length);
}

export function addText(to: ByteText, text: string): void {
  const bytes = roomFor(to, text);
  const first = to.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > LAST_ASCII) {
      to.length += bytes.write(text, first, 'utf8');
      return;
    }
    bytes[first + at] = code;
  }
  to.length += text.length;
}

/** Adds a text as a string of JSON: most need only their quotes. */
export function addJsonText(to: ByteText, text: string): void {
  const bytes = roomFor(to, text);
  const first = to.length + 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < SPACE || code >= LAST_ASCII || code === QUOTE || code === BACKSLASH) {
      addText(to, JSON.stringify(text));
      return;
    }
    bytes[first + at] = code;
  }
  bytes[first - 1] = QUOTE;
  bytes[first + text.length] = QUOTE;
  to.length += text.length + 2;
}

/** The buffer, with room for a text and its quotes. */
function roomFor(to: ByteText, text: string): Buffer {
  const needed = to.length + text.length * MAX_UNIT_BYTES + 2;
  if (needed > to.bytes.length) {
    const larger = Buffer.allocUnsafe(needed * 2);
    to.bytes.copy(larger, 0, 0, to.length);
    to.bytes = larger;
  }
  return to.bytes;
}
